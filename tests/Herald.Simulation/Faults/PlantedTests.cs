using Herald.TestKit.Faults;
using Xunit;

namespace Herald.Simulation.Faults;

/// <summary>
/// Checks that the simulation notices mistakes. Each planted fault must be found within its number of seeds, by one of its invariants. The
/// unchanged engine must never be found. Faults that need many worlds run with --long. <c>HERALD_FAULT=commit,lease ./test Planted</c>
/// seeks the faults whose names contain one of these words.
/// </summary>
public sealed class PlantedTests
{
    private const int MostSeeds = 1000;

    private static readonly PlantedBuild Build = new(
        "PlantedEngine", ["src/Herald.Engine", "tests/Herald.Judge", "tests/Herald.Simulation", "tests/Herald.TestKit/Catalogs", "tests/Herald.TestKit/Hashes"], [.. PlantedFaults.All.Select(f => f.Fault)]);

    [Fact]
    public async Task Every_planted_fault_is_found()
    {
        var cancel = TestContext.Current.CancellationToken;
        await Build.MakeAsync(cancel);
        var missed = new List<string>();
        var only = (Environment.GetEnvironmentVariable("HERALD_FAULT") ?? "").Split(',');
        var most = Environment.GetEnvironmentVariable("HERALD_TESTS_LONG") is null ? MostSeeds : int.MaxValue;
        await Parallel.ForEachAsync(
            PlantedFaults.All.Where(fault => fault.Within <= most && only.Any(part => fault.Fault.Name.Contains(part, StringComparison.Ordinal))), new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancel }, async (sought, token) =>
            {
                var (fault, within, breaks) = sought;
                var found = await SeekAsync(fault, within, breaks, token);
                lock (missed)
                {
                    Console.WriteLine($"{fault.Name,-22} {(found is null ? $"not within {within} seeds" : $"seed {found}"),-24} {fault.What}");
                    if (found is null)
                        missed.Add(fault.Name);
                }
            });
        Assert.Empty(missed);
        Assert.Null(await SeekAsync(null, 100, null, cancel));
    }

    /// <summary>Runs worlds with one fault switched on until a world breaks one of the invariants.</summary>
    /// <param name="breaks">The invariants, of which one is enough. Null: any failure counts.</param>
    /// <returns>The seed that found the fault. Null when no seed did.</returns>
    private static async Task<int?> SeekAsync(PlantedFault? fault, int seeds, int[]? breaks, CancellationToken cancel)
    {
        var environment = new Dictionary<string, string> { ["HERALD_SEEDS"] = $"{seeds}" };
        if (breaks is not null)
            environment[SimulationTests.Breaks] = string.Join(',', breaks);
        var (code, output) = await Build.RunAsync(fault, ["-explicit", "only", "-method", "*Seek"], environment, cancel);
        foreach (var line in output.Split('\n'))
        {
            if (line.IndexOf(SimulationTests.FoundBy, StringComparison.Ordinal) is var at and >= 0)
                return int.Parse(line.AsSpan(at + SimulationTests.FoundBy.Length).Trim());
        }
        foreach (var other in output.Split('\n').Where(line => line.StartsWith(SimulationTests.Uncounted, StringComparison.Ordinal)).Take(3))
            Console.WriteLine($"{fault?.Name}: {other}");
        return code == 0 ? null : throw new InvalidOperationException($"{fault?.Name}: {output}");
    }
}
