// The tests share a broker and measure time-outs of groups. Tests that run at the same time would disturb each other.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
