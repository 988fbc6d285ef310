using System.Text;
using Herald.Contracts.Stores;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Journal.Tests.Faults;
using Xunit;

namespace Herald.Journal.Tests;

/// <summary>What happens when a bound of the journal is reached.</summary>
public sealed class BoundsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Callers_past_the_bound_of_the_queue_wait_and_are_all_served()
    {
        const int Callers = 20_000;
        await using var harness = new JournalHarness();
        await harness.StartAsync();
        var events = new StoreEvents(harness.Store, harness.Clock);
        var verdicts = Enumerable.Range(0, Callers).Select(_ => new Appended[1]).ToArray();
        await Task.WhenAll(verdicts.Select(verdict => harness.Store.AppendAsync(new[] { events.Make(shard: 0) }, verdict, Cancel).AsTask()));
        Assert.Equal(Enumerable.Range(1, Callers).Select(i => (long)i), verdicts.Select(verdict => verdict[0].Sequence).Order());
    }

    [Fact]
    public async Task Who_waits_for_a_place_in_the_queue_may_give_up_and_nothing_is_stored()
    {
        using var release = new ManualResetEventSlim();
        var files = new FaultyFiles();
        await using var store = await OpenAsync(files);
        files.Before = (operation, _) =>
        {
            if (operation == "fdatasync")
                release.Wait(Cancel);
        };
        var events = new StoreEvents(store, new StoreClock());
        // The first append is being synced; the others fill the queue.
        var waiting = Enumerable.Range(0, 20_000).Select(_ => store.AppendAsync(new[] { events.Make(shard: 0) }, new Appended[1], Cancel).AsTask()).ToArray();
        using var patience = new CancellationTokenSource();
        var late = store.AppendAsync(new[] { events.Make("late", shard: 0) }, new Appended[1], patience.Token).AsTask();
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => late);
        release.Set();
        await Task.WhenAll(waiting);
        Assert.Equal(waiting.Length, (await store.BoundsAsync(new ShardId(0), Cancel)).Last);
    }

    [Fact]
    public async Task With_no_room_for_ids_none_is_remembered()
    {
        await using var harness = new JournalHarness(o => o with { DuplicateEntries = 0 });
        await harness.StartAsync();
        var one = new[] { new StoreEvents(harness.Store, harness.Clock).Make("a", shard: 0) };
        var verdicts = new Appended[1];
        for (var i = 1; i <= 3; i++)
        {
            await harness.Store.AppendAsync(one, verdicts, Cancel);
            Assert.Equal(new Appended(Verdict.Accepted, i), verdicts[0]);
            await harness.ReopenAsync();
        }
        Assert.Equal(0, harness.Store.Statistics.DuplicateEntries);
    }

    [Fact]
    public async Task History_past_its_bytes_or_age_goes_oldest_first_also_after_opening_again()
    {
        await using var harness = new JournalHarness(o => o with { HistoryBytes = 2000, HistoryAge = TimeSpan.FromHours(1), ShardCount = 1 });
        await harness.StartAsync();
        var lease = (await harness.Store.RenewAsync(Cancel))[0];
        for (var i = 1; i <= 100; i++)
            await harness.Store.CommitAsync(
                new ShardCommit { Fence = new Fence(lease.Shard, lease.Epoch), Number = i, History = new HistoryBlock(i, i, harness.Clock.NowMs, new byte[50]) }, Cancel);
        var kept = await KeptAsync();
        Assert.InRange(kept.Length, 10, 40);
        Assert.Equal(Enumerable.Range(101 - kept.Length, kept.Length), kept);
        await harness.ReopenAsync();
        Assert.Equal(kept, await KeptAsync());

        harness.Clock.Advance(TimeSpan.FromHours(2));
        await harness.Store.TickAsync(Cancel);
        Assert.Empty(await KeptAsync());

        async Task<int[]> KeptAsync()
        {
            var there = new List<int>();
            for (var i = 1; i <= 100; i++)
                if ((await harness.Store.ReadHistoryAsync(new ShardId(0), i, Cancel)).Count > 0)
                    there.Add(i);
            return [.. there];
        }
    }

    [Fact]
    public async Task The_catalog_stays_small_under_many_changes_of_one_record_and_forgets_the_oldest_removals()
    {
        await using var harness = new JournalHarness();
        await harness.StartAsync();
        for (var i = 1; i <= 300; i++)
            await harness.Store.ChangeAsync([new CatalogWrite("topic", "t", 0, null, StoreEvents.Payload($"{i}"))], Cancel);
        var since = await harness.Store.ReadAsync(100, 100_000, Cancel);
        Assert.Equal((300, "300"), (since.Version, Encoding.UTF8.GetString(Assert.Single(since.Records).Body!.Value.Span)));

        var many = Enumerable.Range(0, 11_000).Select(i => $"r{i}").ToArray();
        await harness.Store.ChangeAsync([.. many.Select(id => new CatalogWrite("subscription", id, 0, 0, StoreEvents.Payload("x")))], Cancel);
        await harness.Store.ChangeAsync([.. many.Select(id => new CatalogWrite("subscription", id, 0, null, null))], Cancel);
        for (var opened = 0; opened < 2; opened++)
        {
            var all = await harness.Store.ReadAsync(0, 100_000, Cancel);
            Assert.Equal(302, all.Version);
            Assert.Equal("t", all.Records[0].Id);
            Assert.InRange(all.Records.Count, 5_000, 10_001);
            Assert.All(all.Records.Skip(1), record => Assert.Null(record.Body));
            await harness.ReopenAsync();
        }
    }

    [Fact]
    public async Task Dead_letters_take_a_quarter_of_a_bounded_store_and_keep_no_new_event_out()
    {
        const int Most = 512 << 10, AtOnce = 10;
        await using var harness = new JournalHarness(o => o with { SegmentBytes = 16 << 10, MaxBytes = Most, RetainFor = TimeSpan.Zero, ShardCount = 1 });
        await harness.StartAsync();
        var lease = (await harness.Store.RenewAsync(Cancel))[0];
        var (fence, events, verdicts) = (new Fence(lease.Shard, lease.Epoch), new StoreEvents(harness.Store, harness.Clock), new Appended[AtOnce]);
        for (var number = 1; number <= 100; number++)
        {
            await harness.Store.AppendAsync(
                Enumerable.Range(0, AtOnce).Select(_ => events.Make(shard: 0, payload: new byte[900])).ToArray(), verdicts, Cancel);
            Assert.All(verdicts, verdict => Assert.Equal(Verdict.Accepted, verdict.Verdict));
            await harness.Store.CommitAsync(
                new ShardCommit { Fence = fence, Number = number, SettledBelow = verdicts[^1].Sequence + 1, DeadLetters = [.. verdicts.Select(Letter)] }, Cancel);
            await harness.Store.TickAsync(Cancel);
        }
        Assert.InRange(harness.Store.Statistics.DeadLetterBytes, Most / 8, Most / 4);
        Assert.NotNull(await harness.Store.FindAsync(new DeadLetterId(lease.Shard, 1, 0, verdicts[^1].Sequence), Cancel));

        NewDeadLetter Letter(Appended accepted) => new(
            new DeadLetterId(lease.Shard, 1, 0, accepted.Sequence), "s", "t", new DeadLetterReason("max-age", "", 1, null, 1, harness.Clock.NowMs), default);
    }

    [Fact]
    public async Task With_the_reserve_used_up_a_change_is_refused_whole_and_told_from_an_unknown_outcome()
    {
        var files = new FaultyFiles { Free = 5 * 16 << 10 };
        await using var store = await OpenAsync(files);
        var lease = (await store.RenewAsync(Cancel))[0];
        var fence = new Fence(lease.Shard, lease.Epoch);
        var events = new StoreEvents(store, new StoreClock());
        var verdicts = new Appended[1];
        do
            await store.AppendAsync(new[] { events.Make(shard: 0, payload: new byte[900]) }, verdicts, Cancel);
        while (verdicts[0].Verdict == Verdict.Accepted);
        var letter = new DeadLetterId(lease.Shard, 1, 0, 1);
        await store.CommitAsync(
            new ShardCommit { Fence = fence, Number = 1, DeadLetters = [new NewDeadLetter(letter, "s", "t", new DeadLetterReason("max-age", "", 1, null, 1, 1), default)] }, Cancel);

        var number = 1L;
        var refused = await Assert.ThrowsAsync<StoreFullException>(async () =>
        {
            while (true)
                await store.CommitAsync(new ShardCommit { Fence = fence, Number = ++number, Progress = new byte[2000] }, Cancel);
        });
        Assert.Contains("was not stored", refused.Message, StringComparison.Ordinal);
        var before = (await store.LoadAsync(fence, Cancel)).Records.Count;
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.ChangeAsync([new CatalogWrite("topic", "t", 0, 0, new byte[2000])], Cancel));
        var again = events.Make("r", shard: 0, payload: new byte[2000]);
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.RedriveAsync([new Redrive(letter, again)], Cancel));
        Assert.Equal((0, 1, before), ((await store.ReadAsync(0, 100_000, Cancel)).Version, store.Statistics.DeadLetters, (await store.LoadAsync(fence, Cancel)).Records.Count));
        Assert.False(store.Failed.IsCompleted);

        // Without any change there is nothing to refuse.
        Assert.Equal(0, (await store.ChangeAsync([], Cancel)).Version);
    }

    [Fact]
    public async Task A_backup_without_room_is_refused_and_the_journal_goes_on()
    {
        var files = new FaultyFiles();
        await using var store = await OpenAsync(files);
        var events = new StoreEvents(store, new StoreClock());
        await store.AppendAsync(events.Make(3, shard: 0), new Appended[3], Cancel);
        await store.CheckpointAsync(Cancel);
        files.Free = 10_000;
        await Assert.ThrowsAnyAsync<IOException>(async () => await store.BackupAsync("/copy", Cancel));
        files.Free = long.MaxValue / 4;
        await store.AppendAsync(events.Make(3, shard: 0), new Appended[3], Cancel);
        await store.BackupAsync("/another", Cancel);
    }

    private static ValueTask<JournalStore> OpenAsync(FaultyFiles files) => JournalStore.OpenAsync(
        new JournalOptions { Directory = "/simulated", ShardCount = 1, SegmentBytes = 16 << 10, CheckpointBytes = 16 << 10, MinFreeBytes = 0 },
        new StoreClock(), files, null, Cancel);
}
