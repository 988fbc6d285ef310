using Xunit;

namespace Herald.Simulation.Planting;

/// <summary>Would the simulation notice? (Faults that need many worlds are sought with HERALD_TESTS_LONG=1.) Each planted fault must be found within the number of seeds it states; the engine as it is, never.</summary>
public sealed class PlantedTests
{
    private const int MostSeeds = 1000;

    [Fact]
    public async Task Every_planted_fault_is_found()
    {
        var cancel = TestContext.Current.CancellationToken;
        var build = PlantedBuild.Find();
        await build.MakeAsync(cancel);
        var missed = new List<string>();
        var most = Environment.GetEnvironmentVariable("HERALD_TESTS_LONG") is null ? MostSeeds : int.MaxValue;
        await Parallel.ForEachAsync(
            PlantedFaults.All.Where(fault => fault.Within <= most), new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancel }, async (fault, token) =>
            {
                var found = await build.SeekAsync(fault, fault.Within, token);
                lock (missed)
                {
                    Console.WriteLine($"{fault.Name,-22} {(found is null ? $"not within {fault.Within} seeds" : $"seed {found}"),-24} {fault.What}");
                    if (found is null)
                        missed.Add(fault.Name);
                }
            });
        Assert.Empty(missed);
        Assert.Null(await build.SeekAsync(null, 100, cancel));
    }
}
