using Herald.TestKit.Databases;
using Xunit;

namespace Herald.EndToEnd.Clusters;

/// <summary>A cluster with a pooler in front of the database, in the modes and with the settings of docs/postgres.md.</summary>
public sealed class PgBouncerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("session", "", "notify")]
    [InlineData("transaction", ";Max Auto Prepare=0", "poll")]
    public async Task Two_nodes_work_through_PgBouncer(string mode, string more, string wake)
    {
        var server = await PostgresServer.SharedAsync();
        await using var pooler = await PgBouncer.StartAsync(server, await server.CreateDatabaseAsync("pooled"), mode);
        await using var rig = await ClusterRig.StartAsync(pooler.Connection + more, 2, Environment.ProcessId, Cancel, "--set", $"postgres.wake={wake}");
        rig.BeginLoad();
        await rig.UntilOwnedAsync(Cancel);
        await rig.ProgressAsync(1000, Cancel);
        await rig.Cluster.Nodes[1].KillAsync();
        await rig.UntilOwnedAsync(Cancel);
        await rig.ProgressAsync(500, Cancel);
        await rig.FinishAsync(Cancel);
    }
}
