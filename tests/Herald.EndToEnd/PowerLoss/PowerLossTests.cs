using Xunit;

namespace Herald.EndToEnd.PowerLoss;

/// <summary>
/// The real server on a disk that forgets what was not synced. At random moments the power fails. What is left of the unsynced writes and
/// names is drawn, and the server must start on it and keep all promises.
/// </summary>
public sealed class PowerLossTests(ITestOutputHelper output)
{
    private const int RoundsOfRun = 10, MostRequests = 40;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Power_that_fails_at_any_moment_costs_nothing_that_was_acknowledged()
    {
        var (seed, rounds, events) = (Length.Seed, Length.RoundsOf(few: 3, many: 50), 0);
        output.WriteLine($"seed {seed}, {rounds} rounds");
        var tally = new Tally();
        for (var run = 0; run * RoundsOfRun < rounds; run++)
        {
            await using var rig = await PowerLossRig.StartAsync(seed + run, SyncLie.None, Cancel);
            var random = new Random(seed + run);
            var last = "nothing yet";
            for (var round = 0; round < Math.Min(RoundsOfRun, rounds - (run * RoundsOfRun)); round++)
            {
                AssertKept(await rig.StartAndCheckAsync(Cancel));
                AssertKept(await rig.WorkAsync(1 + random.Next(MostRequests), Cancel));
                await rig.LosePowerAsync(Draw, Cancel);
            }
            AssertKept(await rig.StartAndCheckAsync(Cancel));
            tally.Add(rig.Tally);
            events += rig.Promised;

            CrashPoint Draw(IReadOnlyList<DiskRecord> records, IReadOnlyList<long> promises, Random chance)
            {
                var point = CrashPoint.Draw(records, promises, chance);
                last = $"power lost {point.Where}, left of the unsynced: {point.Fate}, seed {point.Seed}";
                return point;
            }

            void AssertKept(string? broken)
            {
                if (broken is not null)
                    Assert.Fail($"Seed {seed}, run {run}, {last}: {broken}\nThe disk is kept in {rig.KeepDisk()}.");
            }
        }
        output.WriteLine($"{tally}; {events} events, none lost, none out of order");
        Assert.Equal(rounds, tally.Crashes);
        if (rounds < 20)
            return;
        // In so many rounds each kind of call must have happened, and been lost.
        Assert.True(tally is { Losses: > 5, Stops: > 5, RemovedSegments: > 5 }, $"{tally}");
        Assert.All(
            [
                DiskOperation.Create, DiskOperation.Rename, DiskOperation.Unlink, DiskOperation.Allocate, DiskOperation.Truncate,
                DiskOperation.SyncDirectory,
            ],
            operation => Assert.True(tally.Calls(operation) > 0, $"{operation}: {tally}"));
    }

    /// <summary>The first start on a disk also creates the data directory, and its name must be as durable as its content.</summary>
    [Fact]
    public async Task A_new_store_is_there_when_all_that_was_not_synced_is_lost() => Assert.Null(await LoseAllUnsyncedAsync(SyncLie.None));

    /// <summary>The test notices when the server's syncs do nothing: here the disk ignores them, as a server without them would.</summary>
    [Theory]
    [InlineData(nameof(SyncLie.Segments))]
    [InlineData(nameof(SyncLie.Directories))]
    [InlineData(nameof(SyncLie.Checkpoints))]
    public async Task A_disk_that_lies_about_its_syncs_is_noticed(string lie)
    {
        var broken = await LoseAllUnsyncedAsync(Enum.Parse<SyncLie>(lie));
        output.WriteLine($"{lie}: {broken}");
        Assert.NotNull(broken);
    }

    /// <returns>The promise that was broken; null for none.</returns>
    private static async Task<string?> LoseAllUnsyncedAsync(SyncLie lie)
    {
        await using var rig = await PowerLossRig.StartAsync(seed: 1, lie, Cancel);
        Assert.Null(await rig.StartAndCheckAsync(Cancel));
        Assert.Null(await rig.WorkAsync(MostRequests, Cancel));
        await rig.LosePowerAsync((records, _, _) => new(records[^1].End, Fate.Nothing, 0, "at the end"), Cancel);
        return await rig.StartAndCheckAsync(Cancel);
    }
}
