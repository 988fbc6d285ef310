// Each test loads the whole machine. Tests that run at the same time would disturb each other.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
