using Herald.Contracts.Stores;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.TestKit.Time;
using Npgsql;
using Xunit;

namespace Herald.Postgres.Tests.Nodes;

/// <summary>Several nodes on the same tables.</summary>
public sealed class NodesTests : IAsyncLifetime
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);

    private readonly PostgresHarness _harness = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _harness.StartAsync();

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    public async Task A_node_is_told_how_far_the_others_follow_the_catalog()
    {
        _harness.Store.Follows(5);
        await _harness.Store.RenewAsync(Cancel);
        Assert.Equal(long.MaxValue, await _harness.Store.OthersFollowAsync(Cancel));

        await using var second = await _harness.OpenAsync();
        second.Follows(3);
        await second.RenewAsync(Cancel);
        Assert.Equal(3, await _harness.Store.OthersFollowAsync(Cancel));
        Assert.Equal(5, await second.OthersFollowAsync(Cancel));

        // A node writes a higher version before its next beat, once it knows that another node may be waiting. The version never goes down.
        second.Follows(7);
        while (await _harness.Store.OthersFollowAsync(Cancel) < 7)
            await Task.Yield();
        second.Follows(6);
        await second.RenewAsync(Cancel);
        Assert.Equal(7, await _harness.Store.OthersFollowAsync(Cancel));

        await second.DisposeAsync();
        Assert.Equal(long.MaxValue, await _harness.Store.OthersFollowAsync(Cancel));
    }

    [Fact]
    public async Task A_node_whose_process_has_ended_is_replaced_at_once_and_one_whose_server_began_anew_is_not()
    {
        await _harness.Store.RenewAsync(Cancel);
        await _harness.ReopenAsync();
        await OwnAllAsync(node: 7, session: 7001, server: "pg_postmaster_start_time()");
        Assert.Equal(_harness.Store.ShardCount, (await RenewAfterAMomentAsync()).Count);
        Assert.Equal(1L, await _harness.ExecuteAsync($"select count(*) from {_harness.Options.Schema}.node"));

        // The server started anew, so all locks of before are free, even those of running nodes. Only the beat counts.
        await OwnAllAsync(node: 8, session: 8001, server: "pg_postmaster_start_time() - interval '1 s'");
        Assert.Empty(await _harness.Store.RenewAsync(Cancel));
        // The same applies to a node that has never reported that it holds a lock.
        await OwnAllAsync(node: 8, session: 8001, server: "null");
        Assert.Empty(await _harness.Store.RenewAsync(Cancel));
    }

    [Fact]
    public async Task A_node_that_loses_its_connection_and_comes_back_in_time_is_not_replaced()
    {
        await using var second = await _harness.OpenAsync();
        var first = _harness.Store;
        await first.RenewAsync(Cancel);
        await WhenHeldAsync(1);
        await first.RenewAsync(Cancel);
        await second.RenewAsync(Cancel);
        await WhenHeldAsync(2);
        await second.RenewAsync(Cancel);

        await EndSessionsAsync();
        await WhenHeldAsync(2);
        // The database knows that the locks are held again. The nodes still have to find out and to report it.
        await Until.HoldsAsync(
            async () =>
            {
                await first.RenewAsync(Cancel);
                Assert.Empty(await second.RenewAsync(Cancel));
                return await _harness.ExecuteAsync($"select count(*) from {_harness.Options.Schema}.node where server is not null") is 2L;
            },
            "both nodes say that they hold their locks");
    }

    [Fact]
    public async Task A_node_that_has_lost_its_own_connection_takes_no_other_for_dead_for_a_while()
    {
        await _harness.Store.RenewAsync(Cancel);
        await WhenHeldAsync(1);
        await EndSessionsAsync();
        await WhenHeldAsync(1);
        await OwnAllAsync(node: 7, session: 7001, server: "pg_postmaster_start_time()");
        Assert.Empty(await RenewAfterAMomentAsync());
        _harness.Clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(_harness.Store.ShardCount, (await RenewAfterAMomentAsync()).Count);
    }

    [Fact]
    public async Task The_end_of_a_process_is_told_to_one_other_node_without_asking()
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var holder = new NpgsqlConnection($"{_harness.Options.Connection};Pooling=false");
        await holder.OpenAsync(Cancel);
        await using (var hold = new NpgsqlCommand("select pg_advisory_lock(9001)", holder))
            await hold.ExecuteNonQueryAsync(Cancel);
        await _harness.Store.RenewAsync(Cancel);
        await OwnAllAsync(node: 9, session: 9001, server: "pg_postmaster_start_time()");
        using var listening = _harness.Store.OnMoved(() => told.TrySetResult());
        // From now on, this node watches the lock of the other one.
        Assert.Empty(await _harness.Store.RenewAsync(Cancel));
        Assert.False(told.Task.IsCompleted);

        await holder.CloseAsync();
        await told.Task.WaitAsync(Cancel);
        Assert.Equal(_harness.Store.ShardCount, (await RenewAfterAMomentAsync()).Count);
    }

    [Fact]
    public async Task Nodes_append_to_the_same_shard_without_gaps_and_recognise_each_others_duplicates()
    {
        await using var second = await _harness.OpenAsync();
        var (mine, theirs) = (new StoreEvents(_harness.Store, _harness.Clock), new StoreEvents(second, _harness.Clock));
        var appended = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            var (store, events) = i % 2 == 0 ? (_harness.Store, mine) : (second, theirs);
            var verdicts = new Appended[1];
            await store.AppendAsync(new[] { events.Make($"id-{i / 4}", shard: 3) }, verdicts, Cancel);
            return verdicts[0];
        }));
        Assert.Equal(50, appended.Count(a => a.Verdict == Verdict.Accepted));
        Assert.Equal(150, appended.Count(a => a.Verdict == Verdict.Duplicate));
        Assert.Equal(Enumerable.Range(1, 50).Select(i => (long)i), appended.Where(a => a.Verdict == Verdict.Accepted).Select(a => a.Sequence).Order());
        Assert.All(appended.Chunk(4), four => Assert.Single(four.Select(a => a.Sequence).Distinct()));
    }

    [Fact]
    public async Task The_owner_hears_of_what_others_append_and_of_the_catalog()
    {
        await _harness.Store.RenewAsync(Cancel);
        await using var second = await _harness.OpenAsync();
        await second.RenewAsync(Cancel);
        await _harness.Store.RenewAsync(Cancel);
        var head = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        var catalog = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var heads = _harness.Store.OnHead((shard, sequence) =>
        {
            if (shard.Value == 5)
                head.TrySetResult(sequence);
        });
        using var changes = _harness.Store.OnChange(version => catalog.TrySetResult(version));

        // A listener that has not begun yet misses the first notifications, which may be lost.
        var events = new StoreEvents(second, _harness.Clock);
        for (var sent = 0; !head.Task.IsCompleted || !catalog.Task.IsCompleted; sent++)
        {
            await second.AppendAsync(new[] { events.Make(shard: 5) }, new Appended[1], Cancel);
            await second.ChangeAsync([new CatalogWrite("topic", $"t{sent}", 0, null, StoreEvents.Payload("x"))], Cancel);
            await Task.WhenAny(Task.WhenAll(head.Task, catalog.Task), Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Cancel));
        }
        Assert.True(await head.Task > 0);
        Assert.True(await catalog.Task > 0);
    }

    [Fact]
    public async Task What_another_node_appends_is_read_with_the_catalog_it_was_accepted_under()
    {
        await _harness.Store.RenewAsync(Cancel);
        await using var second = await _harness.OpenAsync();
        var events = new StoreEvents(second, _harness.Clock);
        var into = new IndexEntry[10];
        for (var i = 1; i <= 20; i++)
        {
            var version = (await second.ChangeAsync([new CatalogWrite("topic", $"t{i}", 0, null, StoreEvents.Payload("x"))], Cancel)).Version;
            await second.AppendAsync(new[] { events.Make(shard: 2) }, new Appended[1], Cancel);
            var read = await _harness.Store.ReadIndexAsync(new ShardId(2), i, into, Cancel);
            Assert.Equal(1, read.Count);
            Assert.True(read.CatalogVersion >= version);
        }
    }

    [Fact]
    public async Task What_a_node_has_saved_is_seen_by_others_without_waiting_for_it()
    {
        var owned = (await _harness.Store.RenewAsync(Cancel))[3];
        await using var second = await _harness.OpenAsync();
        await _harness.Store.CommitAsync(
            new ShardCommit { Fence = new Fence(owned.Shard, owned.Epoch), Number = 1, Progress = StoreEvents.Payload("one") }, Cancel);
        // The lock is held as in the middle of the owner's next commit.
        await using var owner = new NpgsqlConnection(_harness.Options.Connection);
        await owner.OpenAsync(Cancel);
        await using var commit = await owner.BeginTransactionAsync(Cancel);
        await using var locking = new NpgsqlCommand($"select 1 from {_harness.Options.Schema}.shard_owner for update", owner, commit);
        await locking.ExecuteNonQueryAsync(Cancel);
        var record = Assert.Single((await second.PeekAsync(owned.Shard, Cancel)).Records);
        Assert.Equal(StoreEvents.Payload("one").ToArray(), record.ToArray());
    }

    private Task<object?> OwnAllAsync(int node, int session, string server) => _harness.ExecuteAsync(
        $"""
        delete from {_harness.Options.Schema}.node where id = {node};
        insert into {_harness.Options.Schema}.node (id, name, address, beat, catalog, keeps, session, server) values ({node}, 'other', '', 1, 0, true, {session}, {server});
        update {_harness.Options.Schema}.shard_owner set node = {node}, epoch = epoch + 1
        """);

    /// <summary>Renews the leases. A node whose lock is free gets a moment to take it again, so the clock must advance.</summary>
    private async Task<IReadOnlyList<Lease>> RenewAfterAMomentAsync()
    {
        var renewing = _harness.Store.RenewAsync(Cancel).AsTask();
        for (; !renewing.IsCompleted; await Task.Delay(Look, TimeProvider.System, Cancel))
            _harness.Clock.Advance(TimeSpan.FromMilliseconds(50));
        return await renewing;
    }

    /// <summary>Ends the connections that hold locks, and waits until they are gone. Locks held afterwards are new ones.</summary>
    private Task<object?> EndSessionsAsync() => _harness.ExecuteAsync($"select count(pg_terminate_backend(l.pid, 60000)) from {Held}");

    private async Task WhenHeldAsync(long count)
    {
        while (await _harness.ExecuteAsync($"select count(*) from {Held}") is not long held || held != count)
        {
            // The node tries again after a moment.
            _harness.Clock.Advance(TimeSpan.FromMilliseconds(20));
            await Task.Delay(Look, TimeProvider.System, Cancel);
        }
    }

    /// <summary>The locks that the nodes of this store hold.</summary>
    private string Held => $"pg_locks l join {_harness.Options.Schema}.node n on (l.classid::bigint << 32) + l.objid::bigint = n.session where l.locktype = 'advisory' and l.mode = 'ExclusiveLock' and l.granted";
}
