// Each test loads the whole machine. Two at the same time would disturb each other.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
