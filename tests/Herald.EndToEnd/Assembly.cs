using Xunit;

// Each test loads the whole machine. Two at the same time would disturb each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
