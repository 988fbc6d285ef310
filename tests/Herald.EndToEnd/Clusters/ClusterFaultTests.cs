using Herald.Client;
using Herald.Lab.Clusters;
using Herald.TestKit.Databases;
using Herald.TestKit.Network;
using Herald.TestKit.Traces;
using Npgsql;
using Xunit;

namespace Herald.EndToEnd.Clusters;

/// <summary>
/// Three nodes under load, and faults of one of them. In each round a fault happens, all shards get owners again, and the load goes on. In
/// the end nothing may be lost or out of order, and repeats must have the same ids.
/// </summary>
public sealed class ClusterFaultTests(ITestOutputHelper output)
{
    private const int Nodes = 3, EventsBetween = 300;
    private static readonly int Rounds = Length.IsLong ? 100 : 2;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task Killed_nodes_are_replaced_and_come_back() => RunAsync(async (rig, _) =>
    {
        var node = rig.Cluster.Nodes[rig.Random.Next(Nodes)];
        await node.KillAsync();
        await rig.UntilOwnedAsync(Cancel);
        await rig.ProgressAsync(EventsBetween, Cancel);
        await node.StartAsync(Cancel);
    });

    /// <summary>
    /// The lease is much longer than this test may take. So the others must learn from the database that the process has ended.
    /// </summary>
    [Theory]
    [InlineData(Nodes)]
    [InlineData(1)]
    public async Task A_killed_node_costs_no_lease_when_others_go_on_or_when_it_is_started_again(int nodes)
    {
        await using var rig = await ClusterRig.StartAsync(await PostgresServer.SharedAsync(), nodes, Environment.ProcessId, Cancel, "--lease", "1m");
        rig.BeginLoad(rate: 100);
        await rig.UntilOwnedAsync(Cancel);
        await rig.ProgressAsync(EventsBetween, Cancel);
        var node = rig.Cluster.Nodes[^1];
        await node.KillAsync();
        if (nodes == 1)
            await node.StartAsync(Cancel);
        await rig.UntilOwnedAsync(Cancel);
        await rig.ProgressAsync(EventsBetween, Cancel);
        await rig.FinishAsync(Cancel);
    }

    [Fact]
    public Task A_node_that_stands_still_past_its_lease_finds_itself_replaced() => RunAsync(async (rig, _) =>
    {
        var node = rig.Cluster.Nodes[rig.Random.Next(Nodes)];
        Signal.Stop(node.Process.Id);
        try
        {
            // The process has not ended and its connections are open. So the others can take the shards only because its lease has expired.
            await UntilOwnedByOthersAsync(rig, node, ClusterRig.Shards);
        }
        finally
        {
            Signal.Continue(node.Process.Id);
        }
        // The node must notice. Until then, the nodes together report more shards than there are.
        await rig.UntilOwnedAsync(Cancel);
        Assert.False(node.HasFailed, node.Process.LastOutput);
    });

    [Fact]
    public Task A_clean_stop_hands_over_at_once() => RunAsync(async (rig, _) =>
    {
        var node = rig.Cluster.Nodes[rig.Random.Next(Nodes)];
        await node.StopAsync();
        // This is shorter than the lease, so the shards were handed over.
        await rig.UntilOwnedAsync(Cancel, within: TimeSpan.FromSeconds(1.9));
        await rig.ProgressAsync(EventsBetween, Cancel);
        await node.StartAsync(Cancel);
    });

    [Fact]
    public Task A_node_that_joins_takes_its_share_and_no_more() => RunAsync(async (rig, round) =>
    {
        var before = await rig.OwnedAsync(Cancel);
        // In the first round the node is new. In later rounds it starts again.
        var joined = round == 0 ? await rig.Cluster.AddAsync(Cancel) : rig.Cluster.Nodes[Nodes];
        if (round > 0)
            await joined.StartAsync(Cancel);
        var share = ClusterRig.Shards / rig.Cluster.Nodes.Count;
        await Wait.UntilAsync(
            () => joined.AskShardsAsync(Cancel).GetAwaiter().GetResult() >= share, TimeSpan.FromSeconds(20), () => $"The new node has not got its {share} shards.\n{rig.Output()}", Cancel);
        await rig.UntilOwnedAsync(Cancel);
        var after = await rig.OwnedAsync(Cancel);
        Assert.All(before.Take(Nodes).Zip(after), pair => Assert.True(pair.Second <= pair.First, $"{string.Join(' ', before)} before, {string.Join(' ', after)} after"));
        await rig.ProgressAsync(EventsBetween, Cancel);
        await joined.StopAsync();
    });

    [Fact]
    public async Task A_node_that_is_cut_off_from_the_database_is_replaced_and_comes_back()
    {
        var server = await PostgresServer.SharedAsync();
        var connection = await server.CreateDatabaseAsync("cut");
        await using var proxy = FaultProxy.To(server.Port);
        var through = new NpgsqlConnectionStringBuilder(connection) { Port = proxy.Port, Host = "127.0.0.1" }.ConnectionString;
        await using var rig = await ClusterRig.StartAsync(connection, Nodes - 1, Environment.ProcessId, Cancel, "--set", "postgres.commandTimeout=3s");
        var cut = await rig.Cluster.AddAsync(Cancel, through);
        rig.BeginLoad();
        await rig.UntilOwnedAsync(Cancel);
        for (var round = 0; round < Rounds; round++)
        {
            await rig.ProgressAsync(EventsBetween, Cancel);
            if (round % 2 == 0)
            {
                proxy.BlackHole();
                // The other nodes take all shards before it comes back.
                await UntilOwnedByOthersAsync(rig, cut, ClusterRig.Shards);
            }
            else
            {
                // The node connects again at once and may keep its shards.
                proxy.Reset();
            }
            proxy.Heal();
            await rig.ProgressAsync(EventsBetween, Cancel);
            await rig.UntilOwnedAsync(Cancel, TimeSpan.FromSeconds(20));
            Assert.False(cut.HasFailed, cut.Process.LastOutput);
        }
        await rig.FinishAsync(Cancel);
        output.WriteLine(rig.Traffic.Story());
    }

    [Fact]
    public async Task A_lock_that_somebody_keeps_costs_its_shard_and_is_told()
    {
        var server = await PostgresServer.SharedAsync();
        var connection = await server.CreateDatabaseAsync("locked");
        await using var rig = await ClusterRig.StartAsync(connection, Nodes - 1, Environment.ProcessId, Cancel);
        await rig.UntilOwnedAsync(Cancel);
        await using var stranger = new NpgsqlConnection(connection);
        await stranger.OpenAsync(Cancel);
        await using var transaction = await stranger.BeginTransactionAsync(Cancel);
        await using (var locking = new NpgsqlCommand(
            "select l.shard from herald.shard_lock l join herald.shard_owner o on o.shard = l.shard where l.shard = 5 for update", stranger, transaction))
            await locking.ExecuteNonQueryAsync(Cancel);

        var (dying, left) = (rig.Cluster.Nodes[0], rig.Cluster.Nodes[1]);
        var (taken, refused, late) = (0, 0, 0);
        for (var i = 0; i < 200; i++)
        {
            var began = TimeProvider.System.GetTimestamp();
            var reply = await left.Client.Events.PublishAsync("orders", new NewEvent { Key = $"key-{i}", Payload = $"{i}" }, Cancel);
            late += TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(2) ? 0 : 1;
            (taken, refused) = reply.Succeeded ? (taken + 1, refused) : (taken, refused + 1);
            Assert.True(reply.Succeeded || reply.Status == 503, reply.Text);
        }
        // Two late answers are allowed, because the machine itself can pause.
        Assert.InRange(late, 0, 2);
        Assert.True(refused < 200 / 8, $"{taken} were taken, {refused} refused.");
        var ready = await left.Client.Operations.GetReadinessAsync(Cancel);
        Assert.True(refused == 0 || ready.Text.Contains($"{stranger.ProcessID}", StringComparison.Ordinal), ready.Text);

        await dying.KillAsync();
        await UntilOwnedByOthersAsync(rig, dying, ClusterRig.Shards - 1);
        await transaction.RollbackAsync(Cancel);
        await UntilOwnedByOthersAsync(rig, dying, ClusterRig.Shards);
        // The node checks a few times a second.
        await Wait.UntilAsync(
            () => !left.Client.Operations.GetReadinessAsync(Cancel).GetAwaiter().GetResult().Text.Contains("troubles", StringComparison.Ordinal), TimeSpan.FromSeconds(10), rig.Output, Cancel);
    }

    /// <summary>
    /// Waits until the other nodes own this many shards. That takes at most the lease of the dead node, and the time that the database
    /// needs to notice its end.
    /// </summary>
    private static async Task UntilOwnedByOthersAsync(ClusterRig rig, ClusterNode gone, int shards)
    {
        var began = TimeProvider.System.GetTimestamp();
        while ((await Task.WhenAll(rig.Cluster.Nodes.Where(node => node != gone).Select(node => node.AskShardsAsync(Cancel)))).Sum() < shards)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(12), rig.Output());
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Cancel);
        }
    }

    private async Task RunAsync(Func<ClusterRig, int, Task> happen)
    {
        await using var rig = await ClusterRig.StartAsync(await PostgresServer.SharedAsync(), Nodes, Environment.ProcessId, Cancel);
        rig.BeginLoad();
        for (var round = 0; round < Rounds; round++)
        {
            await rig.UntilOwnedAsync(Cancel);
            await rig.ProgressAsync(EventsBetween, Cancel);
            await happen(rig, round);
            await rig.ProgressAsync(EventsBetween, Cancel);
        }
        await rig.FinishAsync(Cancel);
        output.WriteLine($"{Rounds} rounds: {rig.Traffic.Story()}");
    }
}
