using Herald.Contracts.Stores;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Postgres.Appends;
using Herald.Postgres.Connections;
using Herald.Postgres.Locks;
using Herald.TestKit.Network;
using Npgsql;
using Xunit;

namespace Herald.Postgres.Tests.Locks;

/// <summary>A person, a program or a dead node keeps a row locked. Only the work that needs the row may fail.</summary>
public sealed class LockTests : IAsyncLifetime
{
    private const int Shard = 3;
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(4), Patience = TimeSpan.FromSeconds(20), Refused = TimeSpan.FromSeconds(2);

    private readonly PostgresHarness _harness = new(options => options with { Lease = Lease });

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _harness.StartAsync();

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    public async Task A_locked_log_refuses_its_own_events_and_takes_all_others()
    {
        await using var store = await OpenAsync();
        await using var stranger = await StrangerAsync("shard_lock", "psql");

        for (var round = 0; round < 3; round++)
        {
            var outcomes = await Task.WhenAll(Enumerable.Range(0, store.ShardCount).Select(shard => AppendAsync(store, shard)));
            Assert.All(outcomes.Where(one => one.Shard != Shard), one => Assert.Null(one.Failure));
            // By then the lock is known, so no append waits for it any more.
            if (round > 0)
                Assert.All(outcomes, one => Assert.True(one.Took < TimeSpan.FromSeconds(1), $"{one.Shard} took {one.Took}"));
            Assert.All(outcomes, one => Assert.True(one.Took < Refused, $"{one.Shard} took {one.Took}"));
            Assert.IsType<StoreUnavailableException>(outcomes[Shard].Failure);
        }
        await UntilAsync(() => store.Statistics.Locked.ContainsKey(stranger.ProcessID));
        Assert.Equal(1, store.Statistics.Locked[stranger.ProcessID]);
        Assert.Contains(store.Troubles, trouble => trouble.Contains($"process {stranger.ProcessID} (psql", StringComparison.Ordinal));
        Assert.Contains($"{stranger.ProcessID}", (await AppendAsync(store, Shard)).Failure!.Message, StringComparison.Ordinal);

        await ExecuteAsync(stranger, "rollback");
        await UntilAsync(() => store.Troubles.Count == 0);
        Assert.Null((await AppendAsync(store, Shard)).Failure);
    }

    /// <summary>
    /// A source repeats a batch until it is stored. When the lock goes while its events are refused, early events must not be refused while
    /// later ones are appended.
    /// </summary>
    [Fact]
    public async Task Events_that_are_repeated_until_a_lock_goes_keep_their_order()
    {
        await using var store = await OpenAsync();
        var make = new StoreEvents(store, _harness.Clock);
        for (var round = 0; round < 5; round++)
        {
            await using var stranger = await StrangerAsync("shard_lock", "psql");
            var events = Enumerable.Range(0, AppendPipeline.GroupEvents).Select(i => make.Make(id: $"{round}-{i}", shard: Shard)).ToArray();
            var verdicts = new Appended[events.Length];
            var appending = RepeatAsync(store, events, verdicts);
            await UntilAsync(() => store.Statistics.Locked.ContainsKey(stranger.ProcessID));
            await ExecuteAsync(stranger, "rollback");
            await appending;
            var sequences = verdicts.Select(verdict => verdict.Sequence).ToArray();
            Assert.Equal(sequences.Order(), sequences);
        }
    }

    /// <summary>A request that is larger than a group is in two: what follows a refused part must not be appended.</summary>
    [Fact]
    public async Task Of_a_request_whose_first_group_is_refused_nothing_later_is_appended()
    {
        await using var store = await OpenAsync();
        var make = new StoreEvents(store, _harness.Clock);
        await using var stranger = await StrangerAsync("shard_lock", "psql");
        Assert.NotNull((await AppendAsync(store, Shard)).Failure);
        var other = (Shard + 1) % store.ShardCount;
        NewEvent[] events = [.. make.Make(AppendPipeline.GroupEvents, shard: Shard), make.Make(id: "later", shard: other)];
        await Assert.ThrowsAsync<StoreUnavailableException>(
            () => store.AppendAsync(events, new Appended[events.Length], Cancel).AsTask());
        Assert.Equal(0, (await store.BoundsAsync(new ShardId(other), Cancel)).Last);
    }

    /// <summary>The whole table is locked, as by a careless migration.</summary>
    [Fact]
    public async Task A_locked_table_refuses_events_for_as_long_and_leases_go_on()
    {
        await using var store = await OpenAsync();
        Assert.Equal(store.ShardCount, (await store.RenewAsync(Cancel)).Count);
        await using var stranger = await StrangerAsync(null, "psql");
        await ExecuteAsync(stranger, $"lock table {_harness.Options.Schema}.shard_lock, {_harness.Options.Schema}.shard_owner in exclusive mode");
        var outcomes = await Task.WhenAll(Enumerable.Range(0, store.ShardCount).Select(shard => AppendAsync(store, shard)));
        Assert.All(outcomes, one => Assert.IsType<StoreUnavailableException>(one.Failure));
        var began = TimeProvider.System.GetTimestamp();
        Assert.Equal(store.ShardCount, (await store.RenewAsync(Cancel)).Count);
        Assert.True(TimeProvider.System.GetElapsedTime(began) < Lease / 2);
        // The second node cannot take any shard while the table is locked. The first one keeps its shards.
        await using (var second = await OpenAsync())
            Assert.Empty(await second.RenewAsync(Cancel));
        Assert.Equal(store.ShardCount, (await store.RenewAsync(Cancel)).Count);
        await ExecuteAsync(stranger, "rollback");
        await UntilAsync(() => store.Troubles.Count == 0);
        Assert.Null((await AppendAsync(store, Shard)).Failure);
    }

    [Fact]
    public async Task A_locked_owner_holds_up_the_commits_of_its_shard_alone()
    {
        await using var store = await OpenAsync();
        var leases = await store.RenewAsync(Cancel);
        await using var stranger = await StrangerAsync("shard_owner", "psql");
        for (var round = 1; round <= 2; round++)
        {
            var simple = await Task.WhenAll(leases.Select(lease => CommitAsync(store, lease, (2 * round) - 1, whole: false)));
            var whole = await Task.WhenAll(leases.Select(lease => CommitAsync(store, lease, 2 * round, whole: true)));
            Assert.All(simple.Concat(whole), one => Assert.Equal(one.Shard == Shard, one.Failure is not null));
            Assert.All(simple.Concat(whole), one => Assert.True(one.Took < Refused, $"{one.Shard} took {one.Took}"));
            Assert.IsType<StoreUnavailableException>(simple[Shard].Failure);
            Assert.IsType<StoreUnavailableException>(whole[Shard].Failure);
        }
        await UntilAsync(() => store.Statistics.Locked.ContainsKey(stranger.ProcessID));
        await ExecuteAsync(stranger, "rollback");
        await UntilAsync(() => store.Troubles.Count == 0);
        Assert.Null((await CommitAsync(store, leases[Shard], 1, whole: true)).Failure);
    }

    [Fact]
    public async Task A_locked_owner_keeps_nobody_from_renewing_or_from_taking_other_shards()
    {
        await using var store = await OpenAsync();
        await store.RenewAsync(Cancel);
        await using var second = await OpenAsync();
        await using var stranger = await StrangerAsync("shard_owner", "psql");
        await store.DisposeAsync();
        var began = TimeProvider.System.GetTimestamp();
        var taken = await second.RenewAsync(Cancel);
        Assert.True(TimeProvider.System.GetElapsedTime(began) < Lease / 2);
        Assert.Equal(second.ShardCount - 1, taken.Count);
        Assert.DoesNotContain(taken, lease => lease.Shard.Value == Shard);
        // Releasing does not wait either.
        await second.ReleaseAsync([new Lease(new ShardId(Shard), 1, Lease), taken[0]], Cancel);
        Assert.True(TimeProvider.System.GetElapsedTime(began) < Lease);

        await ExecuteAsync(stranger, "rollback");
        Assert.Equal(second.ShardCount, (await second.RenewAsync(Cancel)).Count);
    }

    [Fact]
    public async Task A_locked_log_costs_a_commit_that_emits_to_it_and_no_other_shard()
    {
        await using var store = await OpenAsync();
        var lease = (await store.RenewAsync(Cancel))[0];
        var events = new StoreEvents(store, _harness.Clock);
        await using var stranger = await StrangerAsync("shard_lock", "psql");
        var commit = new ShardCommit
        {
            Fence = new Fence(lease.Shard, lease.Epoch),
            Number = 1,
            Emitted = [events.Make(shard: 1), events.Make(shard: Shard)],
        };
        var took = new List<TimeSpan>();
        for (var round = 0; round < 5; round++)
        {
            var began = TimeProvider.System.GetTimestamp();
            var committing = store.CommitAsync(commit, Cancel).AsTask();
            Assert.Null((await AppendAsync(store, 1)).Failure);
            await Assert.ThrowsAsync<StoreUnavailableException>(() => committing);
            took.Add(TimeProvider.System.GetElapsedTime(began));
        }
        // Only the median is checked, because the machine itself can pause.
        Assert.InRange(took.Order().ElementAt(took.Count / 2), TimeSpan.Zero, Refused);
        await ExecuteAsync(stranger, "rollback");
        await UntilAsync(() => store.Troubles.Count == 0);
        Assert.Equal(2, (await store.CommitAsync(commit, Cancel)).Emitted.Count);
    }

    /// <summary>
    /// A node holds this row and waits for another one. It gives up soon, and then this row is free. If the row were reported as locked,
    /// the store would refuse work for a shard that it can serve.
    /// </summary>
    [Fact]
    public async Task A_row_is_not_called_locked_while_a_node_has_it_that_waits_for_another_row()
    {
        const int Busy = 1;
        await using var store = await OpenAsync();
        await using var stranger = await StrangerAsync("shard_lock", "psql");
        await using var node = await StrangerAsync(null, "herald");
        await ExecuteAsync(node, $"select shard from {_harness.Options.Schema}.shard_lock where shard = {Busy} for update");
        var waiting = ExecuteAsync(node, $"select shard from {_harness.Options.Schema}.shard_lock where shard = {Shard} for update");
        await UntilAsync(async () => await CountAsync("select count(*) from pg_locks where not granted") > 0);

        // Both appends have waited in vain, and both locks have been examined. The second append waits after the node, in the queue for the
        // row that the stranger holds.
        Assert.IsType<StoreUnavailableException>((await AppendAsync(store, Busy)).Failure);
        Assert.IsType<StoreUnavailableException>((await AppendAsync(store, Shard)).Failure);
        await UntilAsync(() => store.Troubles.Any(trouble => trouble.Contains($"process {stranger.ProcessID} (psql", StringComparison.Ordinal)));
        Assert.Contains($"Shard {Shard} ", Assert.Single(store.Troubles), StringComparison.Ordinal);

        await ExecuteAsync(stranger, "rollback");
        await waiting;
        await ExecuteAsync(node, "rollback");
        Assert.Null((await AppendAsync(store, Busy)).Failure);
    }

    [Fact]
    public async Task An_owner_that_is_cut_off_in_the_middle_of_a_commit_is_replaced_within_its_lease_and_a_little()
    {
        await using var proxy = FaultProxy.To(new NpgsqlConnectionStringBuilder(_harness.Options.Connection).Port);
        var through = new NpgsqlConnectionStringBuilder(_harness.Options.Connection) { Host = "127.0.0.1", Port = proxy.Port }.ConnectionString;
        var cut = await PostgresStore.OpenAsync(_harness.Options with { Connection = through, CommandTimeout = TimeSpan.FromSeconds(2) }, TimeProvider.System);
        await using var second = await OpenAsync();
        var lease = (await cut.RenewAsync(Cancel))[Shard];
        await second.RenewAsync(Cancel);

        // The commit waits for the stranger. By the time it gets its locks, the connection is cut, so the database cannot answer.
        await using var stranger = await StrangerAsync("shard_owner", "psql");
        var committing = CommitAsync(cut, lease, 1, whole: true);
        await UntilAsync(async () => await CountAsync("select count(*) from pg_locks where not granted") > 0);
        proxy.BlackHole();
        await ExecuteAsync(stranger, "rollback");

        var began = TimeProvider.System.GetTimestamp();
        IReadOnlyList<Lease> taken;
        do
        {
            var asked = TimeProvider.System.GetTimestamp();
            taken = await second.RenewAsync(Cancel);
            Assert.True(TimeProvider.System.GetElapsedTime(asked) < Lease, "Whoever renews its leases waited.");
            await Task.Delay(Lease / 10, TimeProvider.System, Cancel);
        }
        while (taken.Count < second.ShardCount && TimeProvider.System.GetElapsedTime(began) < Lease + TimeSpan.FromSeconds(10));
        Assert.Equal(second.ShardCount, taken.Count);
        Assert.NotNull((await committing).Failure);
        proxy.Heal();
        await cut.DisposeAsync();
    }

    /// <summary>
    /// A node that stops in the middle of sending is in no state that the database server ends by itself. Only the server's clock counts
    /// here: once it shows that the node has been silent for long enough, the lock must be gone after some rounds of checks.
    /// </summary>
    [Fact]
    public async Task A_node_that_is_not_heard_any_more_and_keeps_a_lock_is_ended()
    {
        // On a busy machine a round can miss the holder. Between two rounds, many appends can find the shard still locked.
        const int Rounds = 40, TriesInRound = 400;
        var rounds = new CountedRounds();
        await using var store = await PostgresStore.OpenAsync(_harness.Options, rounds);
        await using var node = await StrangerAsync("shard_lock", "herald");
        var (tries, round, silentSince) = (0, 0, (int?)null);
        while ((await AppendAsync(store, Shard)).Failure is not null)
        {
            (tries, round) = rounds.Count == round ? (tries + 1, round) : (0, rounds.Count);
            Assert.True(tries < TriesInRound, "Nobody looks at the locked shard any more.");
            if (silentSince is null && await IsSilentAsync(node))
                silentSince = rounds.Count;
            Assert.True(rounds.Count - (silentSince ?? rounds.Count) < Rounds, "The node is not ended, however often the shard is looked at.");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, Cancel);
        }
    }

    [Fact]
    public async Task A_node_that_is_removed_while_it_beats_has_not_beaten()
    {
        await using var store = await OpenAsync();
        Assert.NotEmpty(await store.RenewAsync(Cancel));
        await using var other = await StrangerAsync(null, "psql");
        await ExecuteAsync(other, $"delete from {_harness.Options.Schema}.node");
        var renewing = store.RenewAsync(Cancel).AsTask();
        await UntilAsync(async () => await CountAsync("select count(*) from pg_locks where not granted") > 0);
        await ExecuteAsync(other, "commit");
        Assert.Empty(await renewing);
    }

    private ValueTask<PostgresStore> OpenAsync() => PostgresStore.OpenAsync(_harness.Options, TimeProvider.System);

    /// <summary>Opens a connection with an open transaction, which can lock the row of the shard.</summary>
    private async Task<NpgsqlConnection> StrangerAsync(string? locks, string application)
    {
        var stranger = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_harness.Options.Connection) { ApplicationName = application, Pooling = false }.ConnectionString);
        await stranger.OpenAsync(Cancel);
        await ExecuteAsync(stranger, "begin");
        if (locks is not null)
            await ExecuteAsync(stranger, $"select shard from {_harness.Options.Schema}.{locks} where shard = {Shard} for update");
        return stranger;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancel);
    }

    private async Task<bool> IsSilentAsync(NpgsqlConnection node) => await CountAsync(
        $"select count(*) from pg_stat_activity where pid = {node.ProcessID} and state_change < clock_timestamp() - interval '{TransactionBounds.Silence.TotalMilliseconds}ms'") > 0;

    private async Task<long> CountAsync(string sql) => (long)(await _harness.ExecuteAsync(sql))!;

    private static Task<(int Shard, TimeSpan Took, Exception? Failure)> CommitAsync(PostgresStore store, Lease lease, long number, bool whole) => TimedAsync(
        lease.Shard.Value,
        async () => await store.CommitAsync(
            new ShardCommit
            {
                Fence = new Fence(lease.Shard, lease.Epoch),
                Number = number,
                Progress = StoreEvents.Payload("progress"),
                State = whole ? [new StateWrite("app", StoreEvents.Payload("key"), StoreEvents.Payload("value"))] : [],
            }, Cancel));

    private Task<(int Shard, TimeSpan Took, Exception? Failure)> AppendAsync(PostgresStore store, int shard) => TimedAsync(
        shard, async () => await store.AppendAsync(new[] { new StoreEvents(store, _harness.Clock).Make(shard: shard) }, new Appended[1], Cancel));

    private static async Task RepeatAsync(PostgresStore store, NewEvent[] events, Appended[] verdicts)
    {
        while (true)
        {
            try
            {
                await store.AppendAsync(events, verdicts, Cancel);
                return;
            }
            catch (StoreUnavailableException)
            {
                // Again, at once: so the lock goes while events are refused.
            }
        }
    }

    private static async Task<(int Shard, TimeSpan Took, Exception? Failure)> TimedAsync(int shard, Func<Task> work)
    {
        var began = TimeProvider.System.GetTimestamp();
        try
        {
            await work();
            return (shard, TimeProvider.System.GetElapsedTime(began), null);
        }
        catch (Exception failure)
        {
            return (shard, TimeProvider.System.GetElapsedTime(began), failure);
        }
    }

    /// <summary>Counts the rounds of checks of locked shards, by the pauses between them.</summary>
    private sealed class CountedRounds : TimeProvider
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime == LockWatch.Pause)
                Interlocked.Increment(ref _count);
            return System.CreateTimer(callback, state, dueTime, period);
        }
    }

    private static Task UntilAsync(Func<bool> holds) => UntilAsync(() => Task.FromResult(holds()));

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience, "It does not come to that.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancel);
        }
    }
}
