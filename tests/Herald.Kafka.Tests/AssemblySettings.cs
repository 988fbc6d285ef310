// The tests share a broker and measure time-outs of groups. Tests that run at the same time would disturb each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
