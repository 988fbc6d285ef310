// They measure silence and redelivery of real servers: side by side they would be each other's trouble.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
