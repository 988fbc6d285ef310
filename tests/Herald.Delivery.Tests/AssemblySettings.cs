using Xunit;

// Each test loads the whole machine. Tests that run at the same time would disturb each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
