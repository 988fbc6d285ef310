using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using Herald.Simulation.Runs;
using Herald.Simulation.Worlds;
using Xunit;

namespace Herald.Simulation;

/// <summary>
/// Draws worlds from seeds and runs them: the same worlds in each run, and some fresh ones. <c>HERALD_SEEDS=20000 ./test Simulation</c>
/// runs more worlds. <c>HERALD_SEED=146 ./test Simulation</c> runs one world alone and shows the end of its history when it fails.
/// </summary>
public sealed class SimulationTests
{
    private static readonly int ShownLines = int.TryParse(Environment.GetEnvironmentVariable("HERALD_LINES"), out var lines) ? lines : 60;

    /// <summary>The run ends with the first broken world. For callers that only ask whether there is one.</summary>
    private static readonly bool FirstBrokenEnds = Environment.GetEnvironmentVariable("HERALD_FIRST_BROKEN") is not null;

    /// <summary>Only findings of the outside judge count, to see what it finds alone.</summary>
    private static readonly bool OutsideOnly = Environment.GetEnvironmentVariable("HERALD_JUDGE") == "outside";

    /// <summary>Only worlds that break one of these invariants count. Null: any failure counts.</summary>
    private static readonly int[]? Sought = Environment.GetEnvironmentVariable(Breaks) is { } listed
        ? [.. listed.Split(',').Select(number => int.Parse(number, CultureInfo.InvariantCulture))] : null;

    internal const string Breaks = "HERALD_BREAKS";
    internal const string Uncounted = "does not count: seed ";
    internal const string FoundBy = "found by seed ";
    private const int EnoughToReachAll = 1000;

    // Far from all seeds that people run on purpose.
    private const int FreshWorlds = 200, FreshFrom = 1_000_000;

    /// <summary>The caller asked for certain worlds, so no others run.</summary>
    private static bool IsAsked => Environment.GetEnvironmentVariable("HERALD_SEED") is not null
        || Environment.GetEnvironmentVariable("HERALD_SEEDS") is not null;

    /// <summary>The number of worlds when the caller names none: 2,000, or 20,000 with --long.</summary>
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

    /// <summary>Fresh worlds in each run. Over many runs they reach what the usual worlds never reach.</summary>
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
    /// For the build with planted faults: prints the first seed that fails. Only worlds that break one of the invariants in HERALD_BREAKS
    /// count.
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
        // A violation that the store finds is thrown inside the engine, which can wrap it in an exception of its own.
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
