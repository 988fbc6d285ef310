using Herald.Contracts.Stores;
using Herald.Engine.Stores;
using Xunit;

namespace Herald.Journal.Tests;

/// <summary>A full journal, whose deliveries write into the reserve until it is used up, still learns what is settled, and frees it.</summary>
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
        // Keys wait everywhere: what is freed has to be copied in part.
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
        // By its sums it pays: all that may be freed is more than twice what waits in the oldest segment.
        await CommitAsync(c => c with { Kept = [kept], SettledBelow = stored + 1 });
        await FreeAsync();

        // The key waits no more: there must be room to say so.
        await CommitAsync(c => c with { Kept = [kept with { From = 0 }], SettledBelow = stored + 1 });
        await FreeAsync();
        Assert.False(Store.Statistics.IsFull);
        Assert.Equal(Verdict.Accepted, await AppendAsync("other"));
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

    /// <param name="waiting">Of each eight events, so many are of a key that waits.</param>
    private async Task<(long Stored, KeptKey Kept)> FillAsync(int waiting)
    {
        for (var i = 0L; ; i++)
        {
            if (await AppendAsync(i % 8 < waiting ? "waits" : "other") == Verdict.NoRoom)
                return (i, new KeptKey(_events.Make(key: "waits").Index.KeyHash, 1));
        }
    }

    private async Task<Verdict> AppendAsync(string key)
    {
        var verdicts = new Appended[1];
        await Store.AppendAsync(new[] { _events.Make(key: key, shard: 0, payload: new byte[600]) }, verdicts, null, Cancel);
        return verdicts[0].Verdict;
    }

    private ValueTask<CommitReply> CommitAsync(Func<ShardCommit, ShardCommit> with) =>
        Store.CommitAsync(with(new ShardCommit { Fence = _fence, Number = ++_number }), Cancel);
}
