using Herald.Contracts.Stores;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Journal.Tests.Faults;
using Xunit;

namespace Herald.Journal.Tests.Crashes;

/// <summary>
/// Each sync of the run fails once. The kernel then drops the pages and counts them as clean: readers still see them and a second sync
/// succeeds, but no disk has them. The journal must not treat them as durable, not even a new process that reads them back.
/// </summary>
public sealed class FailedSyncTests(ITestOutputHelper output)
{
    private const int Seed = 3, Rounds = 24, SecondRounds = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_sync_that_failed_once_and_then_succeeds_is_not_taken_for_durable(bool losesPowerAtOnce)
    {
        var probe = new FaultyFiles();
        await new Story(probe, Seed).PlayAsync(Rounds);
        var tally = new FaultTally();
        for (var at = 1; at <= probe.Syncs; at++)
        {
            var files = new FaultyFiles { FailSyncAt = at, Tally = tally };
            var (story, random) = (new Story(files, Seed), new Random(at));
            try
            {
                await story.PlayAsync(Rounds);
                if (losesPowerAtOnce)
                {
                    files.PowerOn(random);
                }
                else
                {
                    // The process ends, as it must, and another one opens what it can read.
                    files.Restart();
                    await story.CheckAsync();
                    await story.PlayAsync(SecondRounds);
                    files.PowerOn(random);
                }
                await story.CheckAsync();
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                throw new InvalidOperationException($"Sync {at} failed: {failure.Message}", failure);
            }
        }
        output.WriteLine($"{probe.Syncs} syncs: {tally}");
        tally.AssertReached("failed fdatasync", "failed fsync", "loss of power");
    }

    /// <summary>
    /// One sync can cover several frames. When it fails, all of them are in doubt. The next process builds on all that it can read.
    /// </summary>
    [Fact]
    public async Task What_an_opening_reads_of_notes_stays_though_their_sync_had_failed()
    {
        var files = new FaultyFiles();
        await using (var store = await OpenAsync(files))
        {
            var fence = await FenceAsync(store);
            await store.CommitAsync(Commit(fence, 1), Cancel);
            foreach (var number in (int[])[2, 3])
            {
                store.Note(new ShardNote(fence, number, 0, StoreEvents.Payload($"{number}")));
                await ProgressAsync(store);
            }
            files.FailSyncAt = files.Syncs + 1;
            await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.CommitAsync(Commit(fence, 4), Cancel));
        }
        files.Restart();
        var opened = await OpenAsync(files);
        var read = await ProgressAsync(opened);
        Assert.Equal(["1", "2", "3"], read[..3]);
        // The crash comes before the store can write a checkpoint.
        files.CrashAt = files.Operations + 1;
        await Assert.ThrowsAnyAsync<IOException>(async () => await opened.DisposeAsync());
        files.PowerOn(new Random(Seed));
        await using (var store = await OpenAsync(files))
            Assert.Equal(read, await ProgressAsync(store));
    }

    [Fact]
    public async Task A_note_is_synced_after_a_while_though_nothing_else_is_written()
    {
        var files = new FaultyFiles();
        await using var store = await OpenAsync(files);
        var fence = await FenceAsync(store);
        await store.CommitAsync(Commit(fence, 1), Cancel);
        var syncs = files.Syncs;
        store.Note(new ShardNote(fence, 2, 0, StoreEvents.Payload("2")));
        Assert.Equal(["1", "2"], await ProgressAsync(store));
        for (var began = TimeProvider.System.GetTimestamp(); files.Syncs == syncs;)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience, "Nobody syncs the note.");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Cancel);
        }
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<JournalStore> OpenAsync(FaultyFiles files) =>
        await JournalStore.OpenAsync(Story.Options(), new StoreClock(), files, null, Cancel);

    private static async Task<Fence> FenceAsync(JournalStore store)
    {
        var lease = (await store.RenewAsync(Cancel))[0];
        return new Fence(lease.Shard, lease.Epoch);
    }

    private static ShardCommit Commit(Fence fence, int number) =>
        new() { Fence = fence, Number = number, Progress = StoreEvents.Payload($"{number}") };

    private static async Task<string[]> ProgressAsync(JournalStore store) =>
        [.. (await store.PeekAsync(new ShardId(0), Cancel)).Records.Select(Questions.Text)];
}
