using Herald.Contracts.Stores;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Npgsql;
using Xunit;

namespace Herald.Postgres.Tests.Periods;

/// <summary>Events in several tables, one for each period, and how long these tables stay.</summary>
public sealed class PeriodTests : IAsyncLifetime
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly PostgresHarness _harness = new(options => options with { RetainFor = TimeSpan.FromHours(3), DuplicateWindow = TimeSpan.FromHours(2) });

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _harness.StartAsync();

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    public async Task Sequences_go_on_over_periods_and_everything_is_found()
    {
        var shard = new ShardId(4);
        var times = new List<DateTimeOffset>();
        for (var period = 0; period < 4; period++)
        {
            times.Add(_harness.Clock.GetUtcNow());
            await AppendAsync(10, shard, $"p{period}");
            await NextHourAsync();
        }
        Assert.Equal(4, _harness.Store.Statistics.Periods - 1);
        Assert.Equal(new LogBounds(1, 40), await _harness.Store.BoundsAsync(shard, Cancel));
        Assert.Equal(Enumerable.Range(1, 40).Select(i => (long)i), await ReadAsync(shard, 1));
        for (var period = 0; period < 4; period++)
            Assert.Equal((10 * period) + 1, await _harness.Store.FindByTimeAsync(shard, times[period], Cancel));
        await AppendAsync(1, new ShardId(9), "first");
        Assert.Equal(new LogBounds(1, 1), await _harness.Store.BoundsAsync(new ShardId(9), Cancel));
    }

    [Fact]
    public async Task Settled_periods_go_when_they_are_old_and_unsettled_ones_stay()
    {
        var shard = new ShardId(4);
        await AppendAsync(10, shard, "a");
        await NextHourAsync();
        await AppendAsync(10, shard, "b");
        for (var hour = 0; hour < 5; hour++)
            await NextHourAsync();
        Assert.Equal(1, (await _harness.Store.BoundsAsync(shard, Cancel)).First);

        await SettleAsync(below: 11, only: shard);
        await NextHourAsync();
        Assert.Equal(new LogBounds(11, 20), await _harness.Store.BoundsAsync(shard, Cancel));
        var into = new IndexEntry[5];
        Assert.Equal(0, (await _harness.Store.ReadIndexAsync(shard, 3, into, Cancel)).Count);
        Assert.Equal(5, (await _harness.Store.ReadIndexAsync(shard, 11, into, Cancel)).Count);
        Assert.Empty(await ReadEventsAsync(shard, 3, 5));
        Assert.Equal([12L, 13], await ReadEventsAsync(shard, 5, 12, 13));
    }

    [Fact]
    public async Task A_node_that_slept_through_it_reads_and_appends_in_the_new_periods()
    {
        await using var other = await _harness.OpenAsync();
        var shard = new ShardId(4);
        await AppendAsync(3, shard, "a", other);
        await NextHourAsync();
        await NextHourAsync();
        await AppendAsync(3, shard, "b");
        await AppendAsync(3, shard, "c", other);
        Assert.Equal(Enumerable.Range(1, 9).Select(i => (long)i), await ReadAsync(shard, 1, other));
        Assert.Equal(new LogBounds(1, 9), await other.BoundsAsync(shard, Cancel));
    }

    [Fact]
    public async Task An_id_is_remembered_for_the_window_and_forgotten_after_two()
    {
        var one = new StoreEvents(_harness.Store, _harness.Clock).Make("id");
        Assert.Equal(Verdict.Accepted, await AppendAsync(one));
        for (var hour = 1; hour <= 2; hour++)
        {
            await NextHourAsync();
            Assert.Equal(Verdict.Duplicate, await AppendAsync(one));
        }
        for (var hour = 3; hour <= 6; hour++)
        {
            await AppendAsync(1, new ShardId(0), $"more-{hour}");
            await NextHourAsync();
        }
        Assert.Equal(Verdict.Accepted, await AppendAsync(one));
    }

    [Fact]
    public async Task Appends_go_on_while_periods_begin()
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var shard = new ShardId(4);
        var appended = 0;
        var appending = Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                await AppendAsync(5, shard, $"x{appended}");
                appended += 5;
            }
        }, Cancel);
        for (var i = 0; i < 8; i++)
            await NextHourAsync();
        await over.CancelAsync();
        await appending;
        Assert.Equal(Enumerable.Range(1, appended).Select(i => (long)i), await ReadAsync(shard, 1));
    }

    [Fact]
    public async Task Of_a_sources_positions_the_last_one_stays()
    {
        for (var position = 1; position <= 5; position++)
        {
            foreach (var source in (string[])["one", "two"])
                await _harness.Store.SaveSourcePositionAsync(new SourcePosition(source, position), Cancel);
        }
        Assert.Equal(10L, await _harness.ExecuteAsync($"select count(*) from {_harness.Options.Schema}.source_position"));
        await NextHourAsync();
        Assert.Equal(2L, await _harness.ExecuteAsync($"select count(*) from {_harness.Options.Schema}.source_position"));
        Assert.Equal(5, await _harness.Store.ReadSourcePositionAsync("two", Cancel));
        await _harness.Store.SaveSourcePositionAsync(new SourcePosition("one", 4), Cancel);
        Assert.Equal(5, await _harness.Store.ReadSourcePositionAsync("one", Cancel));
    }

    [Fact]
    public async Task What_cannot_be_done_keeps_nothing_else_from_being_done()
    {
        var shard = new ShardId(4);
        await AppendAsync(10, shard, "a");
        await NextHourAsync();
        await AppendAsync(10, shard, "b");
        for (var hour = 0; hour < 5; hour++)
            await NextHourAsync();
        await SettleAsync(below: 11, only: shard);
        await AppendAsync(1, shard, "c");

        // While a shard is locked, no new table can be created. Without their table, dead letters cannot be removed.
        await using var stranger = new NpgsqlConnection(_harness.Options.Connection);
        await stranger.OpenAsync(Cancel);
        await using var transaction = await stranger.BeginTransactionAsync(Cancel);
        await using (var locking = new NpgsqlCommand($"select 1 from {_harness.Options.Schema}.shard_lock where shard = 9 for update", stranger, transaction))
            await locking.ExecuteNonQueryAsync(Cancel);
        await _harness.ExecuteAsync($"alter table {_harness.Options.Schema}.dead_letter rename to elsewhere");
        await NextHourAsync();
        Assert.Equal(new LogBounds(11, 21), await _harness.Store.BoundsAsync(shard, Cancel));
        Assert.True(_harness.Store.Statistics.HousekeepingFailures >= 2);

        await transaction.RollbackAsync(Cancel);
        await _harness.ExecuteAsync($"alter table {_harness.Options.Schema}.elsewhere rename to dead_letter");
        while (_harness.Store.Statistics.Locked.Count > 0)
        {
            _harness.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancel);
        }
        await NextHourAsync();
        await AppendAsync(1, shard, "d");
        var (failures, periods) = (_harness.Store.Statistics.HousekeepingFailures, _harness.Store.Statistics.Periods);
        await NextHourAsync();
        Assert.Equal((failures, periods + 1), (_harness.Store.Statistics.HousekeepingFailures, _harness.Store.Statistics.Periods));
    }

    [Fact]
    public async Task A_table_of_remembered_ids_is_closed_when_it_is_full_and_not_before()
    {
        await using var harness = new PostgresHarness(options => options with { DuplicateEntries = 2000 });
        await harness.StartAsync();
        await harness.Store.RenewAsync(Cancel);
        var newest = $"select max(number) from {harness.Options.Schema}.seen_period";
        foreach (var (count, table) in ((int, long)[])[(1700, 1), (400, 2), (1000, 2)])
        {
            NewEvent[] all = [.. Enumerable.Range(0, count).Select(i => new StoreEvents(harness.Store, harness.Clock).Make($"{count}-{i}"))];
            await harness.Store.AppendAsync(all, new Appended[count], Cancel);
            await harness.Store.KeepAsync(TimeSpan.FromMinutes(1));
            Assert.Equal(table, await harness.ExecuteAsync(newest));
        }
    }

    /// <summary>A remembered id takes about 100 bytes for as long as ids are remembered.</summary>
    [Fact]
    public async Task A_store_that_is_full_of_remembered_ids_forgets_the_oldest_and_goes_on()
    {
        await using var harness = await StartSmallAsync();
        var events = new StoreEvents(harness.Store, harness.Clock);
        var oldest = events.Make("oldest");
        Assert.Equal(Verdict.Accepted, await AppendToAsync(harness.Store, oldest));
        for (var thousand = 0; thousand < 60; thousand++)
        {
            var tries = 0;
            while (!await IsTakenAsync(harness, events, thousand))
            {
                Assert.InRange(++tries, 1, 10);
                await KeepAsync();
            }
            await KeepAsync();
        }
        Assert.Equal(Verdict.Duplicate, await AppendSoonAsync(events.Make("59-999")));
        Assert.Equal(Verdict.Accepted, await AppendSoonAsync(oldest));

        async Task<Verdict> AppendSoonAsync(NewEvent one)
        {
            for (var tries = 1; ; tries++)
            {
                if (await AppendToAsync(harness.Store, one) is not Verdict.NoRoom and var verdict)
                    return verdict;
                Assert.InRange(tries, 1, 10);
                await KeepAsync();
            }
        }

        async Task KeepAsync()
        {
            await SettleAllAsync(harness);
            await harness.Store.KeepAsync(TimeSpan.FromMinutes(1));
        }
    }

    [Fact]
    public async Task No_id_is_forgotten_for_what_only_deliveries_can_free()
    {
        await using var harness = await StartSmallAsync();
        var events = new StoreEvents(harness.Store, harness.Clock);
        var taken = 0;
        for (; await IsTakenAsync(harness, events, taken); taken++)
            await harness.Store.KeepAsync(TimeSpan.FromMinutes(1));
        for (var i = 0; i < 6; i++)
            await harness.Store.KeepAsync(TimeSpan.FromMinutes(1));
        Assert.False(await IsTakenAsync(harness, events, taken));
        Assert.Equal(1000L * taken, await harness.ExecuteAsync($"select count(*) from {harness.Options.Schema}_log.seen_1"));
    }

    private static async Task<PostgresHarness> StartSmallAsync()
    {
        var harness = new PostgresHarness(options => options with { ShardCount = 2, MaxBytes = 4 << 20 });
        await harness.StartAsync();
        await harness.Store.RenewAsync(Cancel);
        return harness;
    }

    private static async Task<bool> IsTakenAsync(PostgresHarness harness, StoreEvents events, int thousand)
    {
        var verdicts = new Appended[1000];
        await harness.Store.AppendAsync(Enumerable.Range(0, 1000).Select(i => events.Make($"{thousand}-{i}")).ToArray(), verdicts, Cancel);
        return verdicts[^1].Verdict == Verdict.Accepted;
    }

    private static async Task SettleAllAsync(PostgresHarness harness)
    {
        foreach (var lease in await harness.Store.RenewAsync(Cancel))
        {
            var last = (await harness.Store.BoundsAsync(lease.Shard, Cancel)).Last;
            await harness.Store.CommitAsync(new ShardCommit { Fence = new Fence(lease.Shard, lease.Epoch), Number = last, SettledBelow = last + 1 }, Cancel);
        }
    }

    /// <summary>Advances the clock to a new period, and does the work that is due then.</summary>
    private async Task NextHourAsync()
    {
        _harness.Clock.Advance(Hour);
        await _harness.Store.RenewAsync(Cancel);
        await _harness.Store.KeepAsync(TimeSpan.FromMinutes(1));
    }

    private async Task SettleAsync(long below, ShardId only)
    {
        foreach (var lease in await _harness.Store.RenewAsync(Cancel))
            await _harness.Store.CommitAsync(
                new ShardCommit { Fence = new Fence(lease.Shard, lease.Epoch), Number = 1, SettledBelow = lease.Shard == only ? below : 1 }, Cancel);
    }

    private async Task AppendAsync(int count, ShardId shard, string name, PostgresStore? store = null)
    {
        var events = new StoreEvents(store ?? _harness.Store, _harness.Clock);
        NewEvent[] all = [.. Enumerable.Range(0, count).Select(i => events.Make($"{name}-{i}", shard: shard.Value))];
        var verdicts = new Appended[count];
        await (store ?? _harness.Store).AppendAsync(all, verdicts, Cancel);
        Assert.All(verdicts, v => Assert.Equal(Verdict.Accepted, v.Verdict));
    }

    private Task<Verdict> AppendAsync(NewEvent one) => AppendToAsync(_harness.Store, one);

    private static async Task<Verdict> AppendToAsync(PostgresStore store, NewEvent one)
    {
        var verdicts = new Appended[1];
        await store.AppendAsync(new[] { one }, verdicts, Cancel);
        return verdicts[0].Verdict;
    }

    private async Task<List<long>> ReadAsync(ShardId shard, long from, PostgresStore? store = null)
    {
        var (all, into) = (new List<long>(), new IndexEntry[7]);
        while ((await (store ?? _harness.Store).ReadIndexAsync(shard, from + all.Count, into, Cancel)).Count is > 0 and var count)
            all.AddRange(into.Take(count).Select(entry => entry.Sequence));
        return all;
    }

    private async Task<List<long>> ReadEventsAsync(ShardId shard, params long[] sequences)
    {
        var sink = new Sequences();
        await _harness.Store.ReadEventsAsync(shard, sequences, sink, Cancel);
        return sink.Read;
    }

    private sealed class Sequences : IEventSink
    {
        public List<long> Read { get; } = [];

        public void OnEvent(long sequence, ReadOnlySpan<byte> record) => Read.Add(sequence);

        public void OnDamaged(long sequence, string damage) => Assert.Fail(damage);
    }
}
