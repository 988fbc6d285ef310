using Herald.TestKit.Planting;
using Xunit;

namespace Herald.Simulation.Planting;

/// <summary>
/// Would the simulation notice? Each planted fault must be found within the number of seeds it states, by an invariant it states; the engine as it is, never.
/// Faults that need many worlds are sought with --long; <c>HERALD_FAULT=commit,lease ./test Planted</c> seeks those whose names hold one of these.
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

    /// <summary>Runs worlds with a fault switched on until one breaks what it must.</summary>
    /// <param name="breaks">Invariants, of which one is enough; null: whatever fails.</param>
    /// <returns>The seed that found it; null when none did.</returns>
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
