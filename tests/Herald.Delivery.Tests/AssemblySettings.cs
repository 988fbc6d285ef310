using Xunit;

// Each test loads the machine on its own; side by side they would measure each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
