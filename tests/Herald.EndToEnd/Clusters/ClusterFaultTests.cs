using Herald.TestKit.Databases;
using Herald.TestKit.Network;
using Npgsql;
using Xunit;

namespace Herald.EndToEnd.Clusters;

/// <summary>
/// Three nodes under load, and what may happen to one of them. Each round: it happens, shards are owned again, load goes on; at the end nothing is
/// lost or out of order, and repeats carry their ids.
/// </summary>
public sealed class ClusterFaultTests(ITestOutputHelper output)
{
    private const int Nodes = 3, EventsBetween = 300;
    private static readonly int Rounds = Length.IsLong ? 100 : 2;
    private static readonly TimeSpan PastTheLease = TimeSpan.FromSeconds(3.5);

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

    [Fact]
    public Task A_node_that_stands_still_past_its_lease_finds_itself_replaced() => RunAsync(async (rig, _) =>
    {
        var node = rig.Cluster.Nodes[rig.Random.Next(Nodes)];
        Signal.Stop(node.Process.Id);
        await Task.Delay(PastTheLease, TimeProvider.System, Cancel);
        Signal.Continue(node.Process.Id);
        await rig.UntilOwnedAsync(Cancel);
        Assert.False(node.HasFailed, node.Process.LastOutput);
    });

    [Fact]
    public Task A_clean_stop_hands_over_at_once() => RunAsync(async (rig, _) =>
    {
        var node = rig.Cluster.Nodes[rig.Random.Next(Nodes)];
        await node.StopAsync();
        // Well before any lease could have run out.
        await rig.UntilOwnedAsync(Cancel, within: TimeSpan.FromSeconds(1.9));
        await rig.ProgressAsync(EventsBetween, Cancel);
        await node.StartAsync(Cancel);
    });

    [Fact]
    public Task A_node_that_joins_takes_its_share_and_no_more() => RunAsync(async (rig, round) =>
    {
        if (round >= 2)
            return;
        var before = await rig.OwnedAsync(Cancel);
        var joined = await rig.Cluster.AddAsync(Cancel);
        var share = ClusterRig.Shards / rig.Cluster.Nodes.Count;
        await Wait.UntilAsync(
            () => joined.AskShardsAsync(Cancel).GetAwaiter().GetResult() >= share, TimeSpan.FromSeconds(20), () => $"The new node has not got its {share} shards.\n{rig.Output()}", Cancel);
        await rig.UntilOwnedAsync(Cancel);
        var after = await rig.OwnedAsync(Cancel);
        Assert.All(before.Zip(after), pair => Assert.True(pair.Second <= pair.First, $"{string.Join(' ', before)} before, {string.Join(' ', after)} after"));
    });

    [Fact]
    public async Task A_node_that_is_cut_off_from_the_database_is_replaced_and_comes_back()
    {
        var server = await PostgresServer.SharedAsync();
        var connection = await server.CreateDatabaseAsync("cut");
        await using var proxy = FaultProxy.To(server.Port);
        var through = new NpgsqlConnectionStringBuilder(connection) { Port = proxy.Port, Host = "127.0.0.1" }.ConnectionString;
        await using var rig = await ClusterRig.StartAsync(connection, Nodes - 1, Environment.ProcessId, Cancel, "--postgres-command-timeout", "3s");
        var cut = await rig.Cluster.AddAsync(Cancel, through);
        rig.BeginLoad();
        await rig.UntilOwnedAsync(Cancel);
        for (var round = 0; round < Rounds; round++)
        {
            await rig.ProgressAsync(EventsBetween, Cancel);
            if (round % 2 == 0)
                proxy.BlackHole();
            else
                proxy.Reset();
            await Task.Delay(PastTheLease, TimeProvider.System, Cancel);
            proxy.Heal();
            await rig.ProgressAsync(EventsBetween, Cancel);
            await rig.UntilOwnedAsync(Cancel, TimeSpan.FromSeconds(20));
            Assert.False(cut.HasFailed, cut.Process.LastOutput);
        }
        await rig.FinishAsync(Cancel);
        output.WriteLine(rig.Traffic.Story());
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
