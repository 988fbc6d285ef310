using Herald.Contracts.Stores;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Xunit;

namespace Herald.Journal.Tests;

/// <summary>
/// The journal is full, and deliveries write into the reserve until it is used up. The journal must still learn what is settled, and free
/// it.
/// </summary>
public sealed class ReserveTests : IAsyncLifetime
{
    private const int SegmentBytes = 16 << 10;

    private readonly JournalHarness _harness = new(o => o with { ShardCount = 1, SegmentBytes = SegmentBytes, CheckpointBytes = SegmentBytes, MaxBytes = 8 * SegmentBytes });
    private StoreEvents _events = null!;
    private Fence _fence;
    private long _number;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
    private JournalStore Store => _harness.Store;

    public async ValueTask InitializeAsync()
    {
        await _harness.StartAsync();
        _events = new StoreEvents(Store, _harness.Clock);
        _fence = new Fence(new ShardId(0), (await Store.RenewAsync(Cancel))[0].Epoch);
    }

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Theory]
    [InlineData(100, false)]
    [InlineData(1_500, false)]
    [InlineData(100, true)]
    [InlineData(1_500, true)]
    public async Task Commits_that_use_up_their_part_of_the_reserve_leave_room_to_say_what_is_settled_and_to_free_it(int historyBytes, bool reopened)
    {
        var (stored, kept) = await FillAsync(waiting: 1);
        // Every segment contains events of a waiting key, so that freeing it means copying a part of it.
        Assert.True((await CommitAsync(c => c with { Kept = [kept], SettledBelow = 2 })).IsShortOfRoom);
        await UseUpAsync(historyBytes);
        Assert.Equal(Verdict.NoRoom, await AppendAsync("other"));
        if (reopened)
        {
            await _harness.ReopenAsync();
            (_fence, _number) = (new Fence(new ShardId(0), (await Store.RenewAsync(Cancel))[0].Epoch), 0);
        }

        await CommitAsync(c => c with { Progress = new byte[50], SettledBelow = stored + 1 });
        await FreeAsync();
        Assert.False(Store.Statistics.IsFull);
        Assert.Equal(Verdict.Accepted, await AppendAsync("other"));
        Assert.False((await CommitAsync(c => c)).IsShortOfRoom);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(7)]
    public async Task What_waits_is_not_copied_into_a_reserve_that_cannot_take_it_whole(int waiting)
    {
        var (stored, kept) = await FillAsync(waiting);
        await UseUpAsync(historyBytes: 100);
        // By size, copying would pay: more than twice as much can be freed as waits in the oldest segment. But the reserve cannot take all
        // of it.
        await CommitAsync(c => c with { Kept = [kept], SettledBelow = stored + 1 });
        await FreeAsync();

        // The key waits no longer. There must be room to store that.
        await CommitAsync(c => c with { Kept = [kept with { From = 0 }], SettledBelow = stored + 1 });
        await FreeAsync();
        Assert.False(Store.Statistics.IsFull);
        Assert.Equal(Verdict.Accepted, await AppendAsync("other"));
    }

    /// <summary>A remembered id takes 64 bytes of the index. Once the events are gone, ids take most of a small store.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Where_nothing_is_left_but_remembered_ids_the_oldest_make_room(bool byEvents)
    {
        const int Events = 6_000;
        Assert.InRange(Events * 64L, 2 * 8 * SegmentBytes, long.MaxValue);
        for (var i = 1; i <= Events; i++)
        {
            var tries = 0;
            while (await AppendAsync("small", $"id-{i}", new byte[byEvents ? 1_000 : 10]) != Verdict.Accepted)
            {
                Assert.InRange(++tries, 1, 20);
                await CommitAsync(c => c with { SettledBelow = i });
                _harness.Clock.Advance(TimeSpan.FromSeconds(2));
                await Store.CheckpointAsync(Cancel);
                await Store.TickAsync(Cancel);
            }
            if (i % 5 == 0)
                await CommitAsync(c => c with { SettledBelow = i + 1 });
        }
        Assert.False(Store.Statistics.IsFull);
        // Most of the ids that there is room for are still remembered.
        Assert.InRange(Store.Statistics.DuplicateEntries, 3 * SegmentBytes / 64, Events / 2);
        Assert.Equal(Verdict.Duplicate, await AppendAsync("small", $"id-{Events}", new byte[byEvents ? 1_000 : 10]));
        Assert.Contains(_harness.Notices, notice => notice.Contains("ids", StringComparison.Ordinal));
    }

    [Fact]
    public async Task History_of_attempts_takes_no_room_from_new_events()
    {
        Assert.InRange(_harness.Options.HistoryBytes, 8 * SegmentBytes, long.MaxValue);
        for (var i = 1; i <= 400; i++)
        {
            var tries = 0;
            while (await AppendAsync("small", payload: new byte[100]) != Verdict.Accepted)
            {
                Assert.InRange(++tries, 1, 20);
                _harness.Clock.Advance(TimeSpan.FromSeconds(2));
                await Store.CheckpointAsync(Cancel);
                await Store.TickAsync(Cancel);
            }
            var history = new HistoryBlock(i, i, _harness.Clock.NowMs, new byte[1_000]);
            try
            {
                await CommitAsync(c => c with { SettledBelow = i + 1, History = history });
            }
            catch (StoreFullException)
            {
                await CommitAsync(c => c with { SettledBelow = i + 1 });
            }
        }
        Assert.Single(await Store.ReadHistoryAsync(_fence.Shard, 400, Cancel));
    }

    /// <summary>Dead letters are what is left of events that no receiver has. Only an operator or their bound removes them.</summary>
    [Fact]
    public async Task Dead_letters_in_a_full_store_are_not_copied_again_and_again()
    {
        var letters = new List<DeadLetterId>();
        while (Store.Statistics.DeadLetterBytes < 2 * SegmentBytes - 2_000)
        {
            Assert.Equal(Verdict.Accepted, await AppendAsync("small"));
            var id = new DeadLetterId(_fence.Shard, 1, 0, (await Store.BoundsAsync(_fence.Shard, Cancel)).Last);
            letters.Add(id);
            var letter = new NewDeadLetter(id, "s", "topic", new DeadLetterReason("max-age", "", 1, null, 1, _harness.Clock.NowMs), default);
            await CommitAsync(c => c with { SettledBelow = id.Sequence + 1, DeadLetters = [letter] });
        }
        // The room that is freed in the first rounds is filled, too.
        for (var tries = 0; tries < 20; tries++)
        {
            await FillAsync(waiting: 8);
            await GoOnAsync();
        }
        var syncs = Store.Statistics.Syncs;
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(Verdict.NoRoom, await AppendAsync("small"));
            await GoOnAsync();
        }
        Assert.InRange(Store.Statistics.Syncs - syncs, 0, 5);

        Assert.Equal(letters.Count, await Store.DiscardAsync([.. letters.Select(letter => new Discard(letter))], Cancel));
        var last = (await Store.BoundsAsync(_fence.Shard, Cancel)).Last;
        await CommitAsync(c => c with { SettledBelow = last + 1 });
        await FreeAsync();
        Assert.Equal(Verdict.Accepted, await AppendAsync("small"));

        async Task GoOnAsync()
        {
            _harness.Clock.Advance(TimeSpan.FromSeconds(2));
            await Store.CheckpointAsync(Cancel);
            await Store.TickAsync(Cancel);
        }
    }

    [Fact]
    public async Task No_id_is_forgotten_for_what_only_deliveries_can_free()
    {
        var (stored, _) = await FillAsync(waiting: 0, isRemembered: true);
        await FreeAsync();
        Assert.True(Store.Statistics.IsFull);
        Assert.Equal(stored, Store.Statistics.DuplicateEntries);
    }

    /// <summary>
    /// The report of a delivery is an event of the commit that ends the delivery. If published events take all of the index, that commit is
    /// refused, so nothing is settled, and nothing can be freed.
    /// </summary>
    [Theory]
    [InlineData(10)]
    [InlineData(600)]
    [InlineData(1_500)]
    public async Task Published_events_leave_room_in_the_index_for_the_events_of_commits(int payloadBytes)
    {
        for (var rounds = 0; rounds < 40; rounds++)
        {
            while (await AppendAsync("small", payload: new byte[payloadBytes]) == Verdict.Accepted)
            {
            }
            var settled = (await Store.BoundsAsync(_fence.Shard, Cancel)).Last;
            // Each report ends a delivery, and what is settled becomes free.
            await CommitAsync(c => c with { SettledBelow = settled, Emitted = [_events.Make(key: "report", shard: 0, payload: new byte[100])] });
            await FreeAsync();
        }
        Assert.False(Store.Statistics.IsFull);
    }

    private Task<StoreFullException> UseUpAsync(int historyBytes) => Assert.ThrowsAsync<StoreFullException>(async () =>
    {
        while (true)
            await CommitAsync(c => c with { Progress = new byte[50], History = new HistoryBlock(1, 1, _harness.Clock.NowMs, new byte[historyBytes]) });
    });

    private async Task FreeAsync()
    {
        for (var i = 0; i < 10 && Store.Statistics.IsFull; i++)
        {
            _harness.Clock.Advance(TimeSpan.FromSeconds(2));
            await Store.CheckpointAsync(Cancel);
            await Store.TickAsync(Cancel);
            await AppendAsync("other");
        }
    }

    /// <param name="waiting">How many of each eight events have a key that waits.</param>
    private async Task<(long Stored, KeptKey Kept)> FillAsync(int waiting, bool isRemembered = false)
    {
        for (var i = 0L; ; i++)
        {
            if (await AppendAsync(i % 8 < waiting ? "waits" : "other", isRemembered ? $"id-{i}" : null) == Verdict.NoRoom)
                return (i, new KeptKey(_events.Make(key: "waits").Index.KeyHash, 1));
        }
    }

    private async Task<Verdict> AppendAsync(string key, string? id = null, byte[]? payload = null)
    {
        var verdicts = new Appended[1];
        await Store.AppendAsync(new[] { _events.Make(id, key, shard: 0, payload: payload ?? new byte[600]) }, verdicts, Cancel);
        return verdicts[0].Verdict;
    }

    private ValueTask<CommitReply> CommitAsync(Func<ShardCommit, ShardCommit> with) =>
        Store.CommitAsync(with(new ShardCommit { Fence = _fence, Number = ++_number }), Cancel);
}
