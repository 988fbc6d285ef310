using Xunit;

// Each test loads the machine; two at once would judge each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
