// They share a broker, and measure time-outs of groups: side by side they would be each other's trouble.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
