using System.Collections.Concurrent;
using Herald.Simulation.Running;
using Herald.Simulation.Worlds;
using Xunit;

namespace Herald.Simulation;

/// <summary>
/// Draws worlds from seeds and runs them. <c>HERALD_SEEDS=20000 ./test Simulation</c> runs more of them;
/// <c>HERALD_SEED=146 ./test Simulation</c> runs that one alone, and shows the end of its history when it fails.
/// </summary>
public sealed class SimulationTests
{
    private static readonly int ShownLines = int.TryParse(Environment.GetEnvironmentVariable("HERALD_LINES"), out var lines) ? lines : 60;

    /// <summary>Only what the judge outside finds counts: to see what it finds alone.</summary>
    private static readonly bool OutsideOnly = Environment.GetEnvironmentVariable("HERALD_JUDGE") == "outside";

    internal const string FoundBy = "found by seed ";
    private const int EnoughToReachAll = 1000;

    /// <summary>Worlds without being asked for a number: two thousand, or ten times as many with --long.</summary>
    private static readonly int Usual = Environment.GetEnvironmentVariable("HERALD_TESTS_LONG") is null ? 2_000 : 20_000;

    [Fact]
    public void Every_promise_holds_in_every_world()
    {
        var (first, count) = Seeds();
        var reached = new Reached();
        var failures = new ConcurrentDictionary<int, Exception>();
        Parallel.For(first, first + count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, seed =>
        {
            using var world = new World(seed);
            try
            {
                world.Run();
            }
            catch (Exception failure)
            {
                failures[seed] = failure;
            }
            lock (reached)
                reached.Add(world.Reached);
        });
        foreach (var (situation, times) in reached.Counts)
            Console.WriteLine($"{times,12:N0}  {situation}");
        Assert.Empty(reached.Counts.Keys.Except(Reached.All));
        if (failures.IsEmpty)
        {
            if (count >= EnoughToReachAll)
                Assert.Empty(Reached.All.Except(reached.Counts.Keys));
            return;
        }
        foreach (var (seed, failure) in failures.OrderBy(f => f.Key).Take(10))
            Console.WriteLine($"seed {seed}: {failure.GetType().Name}: {failure.Message}");
        var worst = failures.Keys.Min();
        Console.WriteLine($"The end of seed {worst}:");
        foreach (var line in HistoryOf(worst))
            Console.WriteLine(line);
        Assert.Fail($"{failures.Count} of {count} worlds failed: {failures[worst].Message} Again with: HERALD_SEED={worst} ./test Simulation");
    }

    /// <summary>For the build with planted faults: says which seed is the first to fail.</summary>
    [Fact(Explicit = true)]
    public void Seek()
    {
        var (first, count) = Seeds();
        for (var seed = first; seed < first + count; seed++)
        {
            try
            {
                using var world = new World(seed);
                world.Run();
            }
            catch (Exception failure) when (!OutsideOnly || failure.Message.StartsWith(Telling.Teller.Outside, StringComparison.Ordinal))
            {
                Assert.Fail($"{failure.Message}\n{FoundBy}{seed}");
            }
            catch (Exception) when (OutsideOnly)
            {
                // The judge inside was faster: another world.
            }
        }
    }

    private static (int First, int Count) Seeds()
    {
        if (int.TryParse(Environment.GetEnvironmentVariable("HERALD_SEED"), out var one))
            return (one, 1);
        return (1, int.TryParse(Environment.GetEnvironmentVariable("HERALD_SEEDS"), out var many) ? many : Usual);
    }

    private static Queue<string> HistoryOf(int seed)
    {
        var lines = new Queue<string>();
        using var world = new World(seed, line =>
        {
            if (lines.Count == ShownLines)
                lines.Dequeue();
            lines.Enqueue(line);
        });
        try
        {
            world.Run();
        }
        catch (Exception failure)
        {
            lines.Enqueue($"{failure}");
        }
        return lines;
    }
}
