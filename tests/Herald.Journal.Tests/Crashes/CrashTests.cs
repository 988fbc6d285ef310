using Herald.Journal.Tests.Faults;
using Xunit;

namespace Herald.Journal.Tests.Crashes;

/// <summary>Ends the run at every single operation on a file, and compares the reopened journal with what was acknowledged.</summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    private const int Rounds = 24, SecondRounds = 4;

    private static readonly bool IsLong = Environment.GetEnvironmentVariable("HERALD_TESTS_LONG") == "1";

    public static TheoryData<int, bool> Runs() => [.. Enumerable.Range(1, IsLong ? 10 : 1).SelectMany(seed => new[] { (seed, false), (seed, true) })];

    /// <summary>
    /// Crashes, opens and checks, goes on, crashes again, opens and checks. Half of the openings are themselves interrupted first.
    /// </summary>
    [Theory]
    [MemberData(nameof(Runs))]
    public async Task What_was_acknowledged_survives_a_crash_at_any_operation(int seed, bool isOnlyKilled)
    {
        var probe = new FaultyFiles();
        await new Story(probe, seed).PlayAsync(Rounds);
        var tally = new FaultTally();
        for (var at = 1; at <= probe.Operations; at++)
            await At(at, seed, () => CrashTwiceAsync(at, seed, isOnlyKilled, tally));
        output.WriteLine($"seed {seed}, {probe.Operations} operations: {tally}");
        tally.AssertReached(
            "crash at write", "crash at fdatasync", "crash at fsync", "crash at rename", "crash at create", "crash at delete", "crash at allocate", "crash at truncate",
            "crash while opening", "second crash", "events kept apart from the log");
        if (!isOnlyKilled)
            tally.AssertReached("loss of power", "torn write", "reordered write", "undone change of a directory", "lost directory");
    }

    /// <summary>After a selection of crashes, the opening is interrupted at every one of its operations, twice in a row.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_opening_that_is_cut_short_at_any_operation_is_made_good_by_the_next(bool isOnlyKilled)
    {
        const int Seed = 5;
        var probe = new FaultyFiles();
        await new Story(probe, Seed).PlayAsync(Rounds);
        var tally = new FaultTally();
        for (var first = IsLong ? 1 : 7; first <= probe.Operations; first += IsLong ? 7 : 61)
        {
            for (var (at, reached) = (1, true); reached; at++)
            {
                var files = new FaultyFiles { CrashAt = first, IsOnlyKilled = isOnlyKilled, Tally = tally };
                var (story, random) = (new Story(files, Seed), new Random(first));
                await story.PlayAsync(Rounds);
                ComeBack(files, random);
                reached = await CrashWhileOpeningAsync(story, files, at, random) && await CrashWhileOpeningAsync(story, files, at, random);
                await At(first, at, story.CheckAsync);
            }
        }
        output.WriteLine($"{tally}");
        tally.AssertReached("crash while opening", "crash at write", "crash at fdatasync", "crash at fsync");
    }

    private static async Task CrashTwiceAsync(int at, int seed, bool isOnlyKilled, FaultTally tally)
    {
        var files = new FaultyFiles { CrashAt = at, IsOnlyKilled = isOnlyKilled, Tally = tally };
        var (story, random) = (new Story(files, seed) { LosesPower = !isOnlyKilled }, new Random((seed * 1_000_003) + at));
        await story.PlayAsync(Rounds);
        ComeBack(files, random);
        if (random.Next(2) == 0)
            await CrashWhileOpeningAsync(story, files, 1 + random.Next(12), random);
        await story.CheckAsync();

        // The run goes on from what came back. If any of that was not really durable, it would be missing after this crash.
        files.CrashAt = files.Operations + 1 + random.Next(60);
        story.LosesPower = true;
        await story.PlayAsync(SecondRounds);
        if (files.HasCrashed)
            tally.Count("second crash");
        ComeBack(files, random, lose: true);
        await story.CheckAsync();
    }

    private static async Task<bool> CrashWhileOpeningAsync(Story story, FaultyFiles files, int at, Random random)
    {
        files.CrashAt = files.Operations + at;
        await story.TryOpenAsync();
        var reached = files.HasCrashed;
        if (reached)
            files.Tally.Count("crash while opening");
        ComeBack(files, random);
        return reached;
    }

    private static void ComeBack(FaultyFiles files, Random random, bool lose = false)
    {
        if (files.IsOnlyKilled && !lose)
            files.Restart();
        else
            files.PowerOn(random);
    }

    private static async Task At(int operation, int seed, Func<Task> check)
    {
        try
        {
            await check();
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            throw new InvalidOperationException($"Crash at operation {operation}, seed {seed}: {failure.Message}", failure);
        }
    }
}
