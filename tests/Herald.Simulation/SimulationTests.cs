using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using Herald.Simulation.Running;
using Herald.Simulation.Worlds;
using Xunit;

namespace Herald.Simulation;

/// <summary>
/// Draws worlds from seeds and runs them: always the same ones, and some fresh ones. <c>HERALD_SEEDS=20000 ./test Simulation</c> runs more of them;
/// <c>HERALD_SEED=146 ./test Simulation</c> runs that one alone, and shows the end of its history when it fails.
/// </summary>
public sealed class SimulationTests
{
    private static readonly int ShownLines = int.TryParse(Environment.GetEnvironmentVariable("HERALD_LINES"), out var lines) ? lines : 60;

    /// <summary>The first world that is broken ends the run: for whoever wants to know no more than whether one is.</summary>
    private static readonly bool FirstBrokenEnds = Environment.GetEnvironmentVariable("HERALD_FIRST_BROKEN") is not null;

    /// <summary>Only what the judge outside finds counts: to see what it finds alone.</summary>
    private static readonly bool OutsideOnly = Environment.GetEnvironmentVariable("HERALD_JUDGE") == "outside";

    /// <summary>Only worlds count that break one of these; null: whatever fails.</summary>
    private static readonly int[]? Sought = Environment.GetEnvironmentVariable(Breaks) is { } listed
        ? [.. listed.Split(',').Select(number => int.Parse(number, CultureInfo.InvariantCulture))] : null;

    internal const string Breaks = "HERALD_BREAKS";
    internal const string Uncounted = "does not count: seed ";
    internal const string FoundBy = "found by seed ";
    private const int EnoughToReachAll = 1000;

    // Far from all numbers that anybody has run on purpose.
    private const int FreshWorlds = 200, FreshFrom = 1_000_000;

    /// <summary>For certain worlds: no others are run then.</summary>
    private static bool IsAsked => Environment.GetEnvironmentVariable("HERALD_SEED") is not null
        || Environment.GetEnvironmentVariable("HERALD_SEEDS") is not null;

    /// <summary>Worlds without being asked for a number: two thousand, or ten times as many with --long.</summary>
    private static readonly int Usual = Environment.GetEnvironmentVariable("HERALD_TESTS_LONG") is null ? 2_000 : 20_000;

    [Fact]
    public void Every_promise_holds_in_every_world()
    {
        var (first, count) = Seeds();
        var reached = RunAll(first, count);
        foreach (var (situation, times) in reached.Counts)
            Console.WriteLine($"{times,12:N0}  {situation}");
        Assert.Empty(reached.Counts.Keys.Except(Reached.All));
        if (count >= EnoughToReachAll)
            Assert.Empty(Reached.All.Except(reached.Counts.Keys));
    }

    /// <summary>Other ones in each run: what the usual worlds never reach, somebody's run does in time.</summary>
    [Fact]
    public void Every_promise_holds_in_worlds_that_nobody_has_seen()
    {
        if (IsAsked)
            return;
        var first = RandomNumberGenerator.GetInt32(FreshFrom, int.MaxValue - FreshWorlds);
        Console.WriteLine($"{FreshWorlds} fresh worlds, from seed {first}.");
        RunAll(first, FreshWorlds);
    }

    private static Reached RunAll(int first, int count)
    {
        var reached = new Reached();
        var failures = new ConcurrentDictionary<int, Exception>();
        Parallel.For(first, first + count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, (seed, loop) =>
        {
            using var world = new World(seed);
            try
            {
                world.Run();
            }
            catch (Exception failure)
            {
                failures[seed] = failure;
                if (FirstBrokenEnds)
                    loop.Stop();
            }
            lock (reached)
                reached.Add(world.Reached);
        });
        if (failures.IsEmpty)
            return reached;
        foreach (var (seed, failure) in failures.OrderBy(f => f.Key).Take(10))
            Console.WriteLine($"seed {seed}: {failure.GetType().Name}: {failure.Message}");
        var worst = failures.Keys.Min();
        Console.WriteLine($"The end of seed {worst}:");
        foreach (var line in HistoryOf(worst))
            Console.WriteLine(line);
        Assert.Fail(
            $"{failures.Count} of {count} worlds failed: {failures[worst].Message} Again with: HERALD_SEED={worst} ./test Simulation");
        return reached;
    }

    /// <summary>
    /// For the build with planted faults: says which seed is the first to fail. Only a world counts that breaks one of the invariants in
    /// HERALD_BREAKS.
    /// </summary>
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
            catch (Exception failure) when (Counts(failure))
            {
                Assert.Fail($"{failure.Message}\n{FoundBy}{seed}");
            }
            catch (Exception other)
            {
                Console.WriteLine($"{Uncounted}{seed}: {other.GetType().Name}: {other.Message}");
            }
        }
    }

    private static bool Counts(Exception failure)
    {
        // What the store finds out is thrown within the engine, which says in its own words what follows.
        var violation = failure as Violation ?? failure.InnerException as Violation;
        return (Sought is null || (violation?.Invariant is { } broken && Sought.Contains(broken)))
            && (!OutsideOnly || violation?.IsFromOutside == true);
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
