using Herald.Contracts.Stores;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Journal.Checkpoints;
using Herald.Journal.Files;
using Herald.Journal.Recovery;
using Herald.Journal.Segments;
using Herald.Journal.Tests.Crashes;
using Herald.Journal.Tests.Faults;
using Xunit;

namespace Herald.Journal.Tests;

public sealed class FaultTests
{
    private readonly FaultyFiles _files = new();
    private readonly StoreClock _clock = new();
    private readonly List<string> _notices = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("fdatasync")]
    [InlineData("write")]
    public async Task A_failed_write_or_sync_stops_the_journal_and_waiters_are_told_unknown(string operation)
    {
        var store = await OpenAsync();
        await AppendAsync(store, 1);
        _files.FailNext = (operation, ".log");

        var unknown = await Assert.ThrowsAsync<StoreUnavailableException>(() => AppendAsync(store, 1));
        var reason = Assert.IsType<JournalFileException>(await store.Failed.WaitAsync(Cancel));
        Assert.Same(reason, unknown.InnerException);
        Assert.Equal(operation, reason.Operation);

        // The journal does not try again, although the disk would work now.
        await Assert.ThrowsAsync<StoreUnavailableException>(() => AppendAsync(store, 1));
        await store.DisposeAsync();
        await using var again = await OpenAsync();
        Assert.InRange((await again.BoundsAsync(new ShardId(0), Cancel)).Last, 1, 2);
    }

    [Fact]
    public async Task A_last_checkpoint_that_fails_lets_the_directory_go_all_the_same()
    {
        await using var harness = new JournalHarness();
        await harness.StartAsync();
        await harness.Store.AppendAsync(new StoreEvents(harness.Store, harness.Clock).Make(3), new Appended[3], Cancel);
        // A directory has the name of the new checkpoint, so it cannot be opened as a file.
        Directory.CreateDirectory(Path.Combine(harness.Root, "checkpoint.new"));
        await Assert.ThrowsAnyAsync<Exception>(async () => await harness.StopAsync());
        Directory.Delete(Path.Combine(harness.Root, "checkpoint.new"));
        await using var again = await JournalStore.OpenAsync(harness.Options, harness.Clock, cancel: Cancel);
        Assert.Equal(3, again.Statistics.Events);
    }

    [Fact]
    public async Task A_place_that_cannot_be_read_is_told_by_the_background_check()
    {
        var options = new JournalOptions { Directory = "/simulated", SegmentBytes = 16 << 10, MinFreeBytes = 0 };
        using var segments = new SegmentLog(_files, new JournalPaths("/simulated"), options, new DiskSpace(_files, options), Guid.NewGuid(), shards: 1);
        Assert.True(segments.TryRoll(100, firstFrame: 1, useReserve: false));
        _files.FailNext = ("read", ".log");
        var scrubber = new Scrubber(segments, new CheckpointPosition(1, segments.Offset, NextFrame: 2), TimeProvider.System, Note);
        await scrubber.RunAsync(Cancel);
        Assert.Equal(1, scrubber.Damaged);
        Assert.Contains("0000000001.log", Assert.Single(_notices), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_whose_record_is_damaged_is_stored_when_it_comes_again()
    {
        await using var store = await OpenAsync();
        var verdicts = new Appended[1];
        var one = new[] { new StoreEvents(store, _clock).Make("a", shard: 0, payload: StoreEvents.Payload("needle")) };
        await store.AppendAsync(one, verdicts, Cancel);
        _files.Flip("/simulated/journal/0000000001.log", Find("needle"), 3);
        await store.AppendAsync(one, verdicts, Cancel);
        Assert.Equal(new Appended(Verdict.Accepted, 2), verdicts[0]);
        await store.AppendAsync(one, verdicts, Cancel);
        Assert.Equal(new Appended(Verdict.Duplicate, 2), verdicts[0]);
    }

    [Fact]
    public async Task An_event_whose_record_the_disk_cannot_read_is_stored_when_it_comes_again()
    {
        await using var store = await OpenAsync();
        var verdicts = new Appended[1];
        var one = new[] { new StoreEvents(store, _clock).Make("a", shard: 0, payload: StoreEvents.Payload("needle")) };
        await store.AppendAsync(one, verdicts, Cancel);
        _files.FailNext = ("read", ".log");
        await store.AppendAsync(one, verdicts, Cancel);
        Assert.Equal(new Appended(Verdict.Accepted, 2), verdicts[0]);
        Assert.False(store.Failed.IsCompleted);
    }

    [Fact]
    public async Task Damage_that_a_reader_met_is_a_trouble_and_goes_to_the_alarms()
    {
        var alarms = new List<string>();
        var options = new JournalOptions { Directory = "/simulated", MinFreeBytes = 0 };
        await using var store = await JournalStore.OpenAsync(options, _clock, _files, Note, Cancel, alarms.Add);
        await store.AppendAsync(new[] { new StoreEvents(store, _clock).Make("a", shard: 0, payload: StoreEvents.Payload("needle")) }, new Appended[1], Cancel);
        Assert.Empty(store.Troubles);
        _files.Flip("/simulated/journal/0000000001.log", Find("needle"), 3);
        long[] first = [1];
        await store.ReadEventsAsync(new ShardId(0), first, new Nothing(), Cancel);
        Assert.StartsWith("The journal is damaged: ", Assert.Single(alarms), StringComparison.Ordinal);
        Assert.Contains("0000000001.log", Assert.Single(store.Troubles), StringComparison.Ordinal);
        Assert.DoesNotContain(_notices, line => line.Contains("damaged", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("a letter")]
    [InlineData("a history block")]
    public async Task What_is_damaged_of_letters_and_history_keeps_no_segment_and_is_told(string damaged)
    {
        await using var store = await OpenAsync(o => o with { RetainFor = TimeSpan.Zero });
        var lease = (await store.RenewAsync(Cancel))[0];
        await AppendAsync(store, 3);
        var id = new DeadLetterId(lease.Shard, 1, 0, 2);
        await store.CommitAsync(
            new ShardCommit
            {
                Fence = new Fence(lease.Shard, lease.Epoch),
                Number = 1,
                DeadLetters = [new NewDeadLetter(id, "s", "topic", new DeadLetterReason("max-age", "a letter", 1, null, 1, _clock.NowMs), default)],
                History = new HistoryBlock(1, 3, _clock.NowMs, StoreEvents.Payload("a history block")),
            },
            Cancel);
        _files.Flip("/simulated/journal/0000000001.log", Find(damaged), 3);
        await SettleAsync(store, lease);

        Assert.True((await store.BoundsAsync(new ShardId(0), Cancel)).First > 1);
        Assert.Single(_notices, n => n.Contains("is damaged", StringComparison.Ordinal) && n.Contains("0000000001.log", StringComparison.Ordinal));
        Assert.Equal(1, store.Statistics.DamagedPlaces);
        var letter = await store.FindAsync(id, Cancel);
        Assert.Equal(damaged == "a letter" ? DeadLetterReason.Damaged : "max-age", letter!.Reason.Reason);
        Assert.Equal(("s", "topic", true), (letter.SubscriptionId, letter.Topic, letter.HasRecord));
        Assert.Equal(damaged == "a letter" ? 1 : 0, (await store.ReadHistoryAsync(lease.Shard, 2, Cancel)).Count);
        Assert.Equal(Verdict.Accepted, (await AppendAsync(store, 1))[0].Verdict);
    }

    [Fact]
    public async Task State_that_is_damaged_keeps_its_segment_until_it_is_written_anew_and_the_journal_opens()
    {
        var store = await OpenAsync(o => o with { RetainFor = TimeSpan.Zero });
        var lease = (await store.RenewAsync(Cancel))[0];
        var key = StoreEvents.Payload("key");
        await AppendAsync(store, 3);
        await store.CommitAsync(
            new ShardCommit { Fence = new Fence(lease.Shard, lease.Epoch), Number = 1, State = [new StateWrite("app", key, StoreEvents.Payload("a value of state"))] }, Cancel);
        // This flips a bit in the type of the entry. If the entry were copied unchanged, no later opening could read it.
        _files.Flip("/simulated/journal/0000000001.log", Find("a value of state") - 30, 3);
        await SettleAsync(store, lease);

        Assert.Equal(1, (await store.BoundsAsync(new ShardId(0), Cancel)).First);
        Assert.Contains(_notices, n => n.Contains("No more of the log can be freed", StringComparison.Ordinal) && n.Contains("0000000001.log", StringComparison.Ordinal));
        Assert.Equal(1, store.Statistics.DamagedPlaces);
        await Assert.ThrowsAsync<InvalidDataException>(async () => await store.ReadAsync("app", [new StateKey(lease.Shard, key)], Cancel));
        Assert.Equal(Verdict.Accepted, (await AppendAsync(store, 1))[0].Verdict);
        await store.DisposeAsync();

        await using var again = await OpenAsync(o => o with { RetainFor = TimeSpan.Zero });
        lease = (await again.RenewAsync(Cancel))[0];
        await again.CommitAsync(
            new ShardCommit { Fence = new Fence(lease.Shard, lease.Epoch), Number = 1, SettledBelow = 40, State = [new StateWrite("app", key, StoreEvents.Payload("new"))] }, Cancel);
        await again.CheckpointAsync(Cancel);
        await again.TickAsync(Cancel);
        Assert.True((await again.BoundsAsync(new ShardId(0), Cancel)).First > 1);
        Assert.Equal("new", Questions.Text((await again.ReadAsync("app", [new StateKey(lease.Shard, key)], Cancel))[0]!.Value));
    }

    [Fact]
    public async Task A_sync_of_the_index_that_fails_while_the_journal_closes_is_told_and_no_checkpoint_vouches_for_it()
    {
        using var release = new ManualResetEventSlim();
        var syncing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var store = await OpenAsync();
        await AppendAsync(store, 3);
        _files.Before = (operation, path) =>
        {
            if (operation != "fdatasync" || !path.EndsWith(".idx", StringComparison.Ordinal) || release.IsSet)
                return;
            syncing.TrySetResult();
            release.Wait(Cancel);
        };
        var checkpoint = store.CheckpointAsync(Cancel);
        await syncing.Task;
        var closing = store.DisposeAsync().AsTask();
        // By now the store refuses all requests, including those of the checkpoint.
        await UntilAsync(async () => await Record.ExceptionAsync(() => AppendAsync(store, 1)) is StoreUnavailableException);
        _files.FailNext = ("fdatasync", ".idx");
        release.Set();

        await Assert.ThrowsAsync<IOException>(() => closing);
        await Assert.ThrowsAnyAsync<Exception>(() => checkpoint);
        Assert.DoesNotContain("/simulated/checkpoint", _files.Paths);
    }

    [Fact]
    public async Task A_backup_that_waits_for_its_checkpoint_is_told_when_the_journal_stops()
    {
        using var release = new ManualResetEventSlim();
        var writing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var store = await OpenAsync();
        _files.Before = (operation, path) =>
        {
            if (!path.EndsWith("checkpoint.new", StringComparison.Ordinal))
                return;
            writing.TrySetResult();
            release.Wait(Cancel);
        };
        var checkpoint = store.CheckpointAsync(Cancel);
        await writing.Task;
        var backup = store.BackupAsync("/copy", Cancel).AsTask();
        // The writer answers in order, so it has received the request for a backup.
        await store.ReadSourcePositionAsync("s", Cancel);
        _files.FailNext = ("fdatasync", "checkpoint.new");
        release.Set();

        await Assert.ThrowsAsync<JournalFileException>(() => checkpoint);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => backup);
    }

    private async Task SettleAsync(JournalStore store, Lease lease)
    {
        await AppendAsync(store, 40, 900);
        await store.CommitAsync(new ShardCommit { Fence = new Fence(lease.Shard, lease.Epoch), Number = 2, SettledBelow = 40 }, Cancel);
        await store.CheckpointAsync(Cancel);
        await store.TickAsync(Cancel);
    }

    [Fact]
    public async Task A_full_disk_refuses_publishing_while_deliveries_go_on_and_room_is_found_again()
    {
        _files.Free = 5 * 16 << 10;
        await using var store = await OpenAsync();
        var lease = (await store.RenewAsync(Cancel))[0];
        var fence = new Fence(lease.Shard, lease.Epoch);
        Appended last;
        var accepted = 0L;
        do
        {
            last = (await AppendAsync(store, 1, 900))[0];
            accepted += last.Verdict == Verdict.Accepted ? 1 : 0;
        }
        while (last.Verdict == Verdict.Accepted);

        Assert.Equal(new Appended(Verdict.NoRoom, 0), last);
        Assert.True(store.Statistics.IsFull);
        Assert.Equal(1, store.Statistics.Refused);
        Assert.Contains(_notices, n => n.Contains("Publishing is refused", StringComparison.Ordinal));

        // Commits may use the reserve. Publishing must not get any room after them.
        for (var i = 1; i <= 3; i++)
            await store.CommitAsync(new ShardCommit { Fence = fence, Number = i, Progress = new byte[2000] }, Cancel);
        Assert.Equal(Verdict.NoRoom, (await AppendAsync(store, 1, 900))[0].Verdict);
        Assert.Equal(accepted, (await store.BoundsAsync(new ShardId(0), Cancel)).Last);

        // Settled events are freed before their time; unsettled ones never.
        await store.CommitAsync(new ShardCommit { Fence = fence, Number = 4, SettledBelow = accepted / 2 }, Cancel);
        await UntilAsync(async () => (await AppendAsync(store, 1, 900))[0].Verdict == Verdict.Accepted);
        var bounds = await store.BoundsAsync(new ShardId(0), Cancel);
        Assert.InRange(bounds.First, 2, accepted / 2);
        Assert.False(store.Statistics.IsFull);
    }

    [Fact]
    public async Task A_bound_on_the_journal_refuses_as_a_full_disk_does()
    {
        await using var store = await OpenAsync(o => o with { MaxBytes = 5 * 16 << 10 });
        while ((await AppendAsync(store, 1, 900))[0].Verdict == Verdict.Accepted)
        {
        }
        Assert.InRange(store.Statistics.Bytes, 1, (5 * 16 << 10) + 4096);
        Assert.True(store.Statistics.IsFull);
    }

    [Fact]
    public async Task A_duplicate_is_still_recognised_when_there_is_no_room()
    {
        _files.Free = 5 * 16 << 10;
        await using var store = await OpenAsync();
        var verdicts = new Appended[1];
        var one = new[] { new StoreEvents(store, _clock).Make("a", shard: 0) };
        await store.AppendAsync(one, verdicts, Cancel);
        while ((await AppendAsync(store, 1, 900))[0].Verdict == Verdict.Accepted)
        {
        }
        await store.AppendAsync(one, verdicts, Cancel);
        Assert.Equal(new Appended(Verdict.Duplicate, 1), verdicts[0]);
    }

    [Fact]
    public async Task A_source_position_is_saved_though_there_is_no_room_for_events()
    {
        _files.Free = 5 * 16 << 10;
        await using var store = await OpenAsync();
        // Until an event that is no larger finds no room either.
        while ((await AppendAsync(store, 1, 1))[0].Verdict == Verdict.Accepted)
        {
        }
        await store.SaveSourcePositionAsync(new SourcePosition("s", 1), Cancel);
        Assert.Equal(1, await store.ReadSourcePositionAsync("s", Cancel));
    }

    [Fact]
    public async Task Source_positions_leave_the_last_half_of_the_reserve_to_what_frees_room()
    {
        _files.Free = 5 * 16 << 10;
        await using var store = await OpenAsync();
        var lease = (await store.RenewAsync(Cancel))[0];
        while ((await AppendAsync(store, 1, 900))[0].Verdict == Verdict.Accepted)
        {
        }
        var saved = 0;
        Exception? refusal;
        while ((refusal = await Record.ExceptionAsync(async () => await store.SaveSourcePositionAsync(new SourcePosition("s", saved + 1), Cancel))) is null)
            saved++;
        Assert.IsType<StoreFullException>(refusal);
        Assert.Equal(saved, await store.ReadSourcePositionAsync("s", Cancel));
        await store.CommitAsync(new ShardCommit { Fence = new Fence(lease.Shard, lease.Epoch), Number = 1, Progress = new byte[2000] }, Cancel);
    }

    /// <summary>The offset of the text in the first segment.</summary>
    private long Find(string text) => _files.Content("/simulated/journal/0000000001.log").AsSpan().IndexOf(StoreEvents.Payload(text));

    private ValueTask<JournalStore> OpenAsync(Func<JournalOptions, JournalOptions>? adjust = null)
    {
        var options = new JournalOptions
        {
            Directory = "/simulated",
            ShardCount = 1,
            SegmentBytes = 16 << 10,
            CheckpointBytes = 16 << 10,
            MinFreeBytes = 0,
        };
        return JournalStore.OpenAsync(adjust is null ? options : adjust(options), _clock, _files, Note, Cancel);
    }

    private async Task<Appended[]> AppendAsync(JournalStore store, int count, int payload = 10)
    {
        var events = Enumerable.Range(0, count).Select(_ => new StoreEvents(store, _clock).Make(shard: 0, payload: new byte[payload])).ToArray();
        var verdicts = new Appended[count];
        await store.AppendAsync(events, verdicts, Cancel);
        return verdicts;
    }

    /// <summary>Freeing waits for a checkpoint in the background. Each try gives the writer another turn.</summary>
    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        for (var i = 0; !await holds(); i++)
        {
            Assert.True(i < 100_000, "It never came to hold.");
            await Task.Yield();
        }
    }

    private void Note(string line)
    {
        lock (_notices)
            _notices.Add(line);
    }

    private sealed class Nothing : IEventSink
    {
        public void OnEvent(long sequence, ReadOnlySpan<byte> record)
        {
        }

        public void OnDamaged(long sequence, string damage)
        {
        }
    }
}
