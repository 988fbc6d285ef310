// They measure silence and redelivery of real servers: side by side they would be each other's trouble.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
