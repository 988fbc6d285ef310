using Herald.Lab.Clusters;
using Herald.TestKit.Databases;
using Npgsql;
using Xunit;

namespace Herald.EndToEnd.Clusters;

/// <summary>
/// Faults of the database under load. While a fault lasts, publishing is refused. Then work resumes by itself, and no acknowledged event is
/// lost.
/// </summary>
public sealed class DatabaseFaultTests(ITestOutputHelper output)
{
    private const int Nodes = 2;
    private static readonly int Rounds = Length.IsLong ? 100 : 1;

    // In these tests, the database writes to disk what it reports as durable.
    private static readonly (string, string)[] OnDisk = [("fsync", "on"), ("full_page_writes", "on")];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_database_that_crashes_and_restarts()
    {
        // This server's log is on disk before it answers.
        await using var server = await PostgresServer.StartAsync(OnDisk);
        await using var rig = await ClusterRig.StartAsync(server, Nodes, Environment.ProcessId, Cancel);
        rig.BeginLoad();
        for (var round = 0; round < Rounds; round++)
        {
            await rig.UntilOwnedAsync(Cancel);
            await rig.ProgressAsync(500, Cancel);
            await server.StopAsync(PostgresStop.Immediate);
            await AssertRefusedAsync(rig);
            await AssertNotReadyAsync(rig);
            await server.StartAgainAsync();
            await rig.ProgressAsync(500, Cancel);
        }
        await rig.UntilOwnedAsync(Cancel, TimeSpan.FromSeconds(20));
        await rig.FinishAsync(Cancel);
        output.WriteLine(rig.Traffic.Story());
        foreach (var node in rig.Cluster.Nodes)
        {
            var lines = node.Process.LastOutput;
            Assert.False(node.HasFailed, lines);
            // The first outage; the output of many rounds does not fit into what is kept.
            Assert.True(Rounds > 1 || (Count(lines, "PostgreSQL is away: "), Count(lines, "PostgreSQL is back after ")) == (1, 1), lines);
            Assert.Equal(200, await ReadyAsync(node));
        }
    }

    /// <summary>
    /// Replication is synchronous. With an asynchronous standby, the last acknowledged events would be lost with the primary, whatever
    /// Herald does.
    /// </summary>
    [Fact]
    public async Task A_standby_that_is_promoted_behind_a_list_of_hosts()
    {
        await using var primary = await PostgresServer.StartAsync(OnDisk);
        await using var standby = await primary.StartStandbyAsync();
        var database = await primary.CreateDatabaseAsync("promoted");
        await ReplicateSynchronouslyAsync(primary);
        var both = new NpgsqlConnectionStringBuilder(database) { Host = $"127.0.0.1:{primary.Port},127.0.0.1:{standby.Port}" }.ConnectionString;
        await using var rig = await ClusterRig.StartAsync(both, Nodes, Environment.ProcessId, Cancel, "--set", "postgres.commandTimeout=3s");
        rig.BeginLoad();
        await rig.UntilOwnedAsync(Cancel);
        await rig.ProgressAsync(500, Cancel);
        await primary.StopAsync(PostgresStop.Immediate);
        await AssertRefusedAsync(rig);
        await standby.PromoteAsync();
        await ExecuteAsync(standby, "alter system set synchronous_standby_names = ''", "select pg_reload_conf()");
        await rig.ProgressAsync(500, Cancel);
        await rig.UntilOwnedAsync(Cancel, TimeSpan.FromSeconds(20));
        await rig.FinishAsync(Cancel);
        output.WriteLine(rig.Traffic.Story());
    }

    [Fact]
    public async Task A_role_that_may_not_log_in_for_a_while()
    {
        var server = await PostgresServer.SharedAsync();
        var connection = new NpgsqlConnectionStringBuilder(await server.CreateDatabaseAsync("access"));
        var role = $"node_of_{connection.Database}";
        await ExecuteAsync(server, $"create role {role} login password '{role}'", $"grant create on database {connection.Database} to {role}");
        (connection.Username, connection.Password) = (role, role);
        await using var rig = await ClusterRig.StartAsync(connection.ConnectionString, Nodes, Environment.ProcessId, Cancel);
        rig.BeginLoad();
        await rig.UntilOwnedAsync(Cancel);
        await rig.ProgressAsync(500, Cancel);

        await ExecuteAsync(server, $"alter role {role} nologin", $"select pg_terminate_backend(pid) from pg_stat_activity where usename = '{role}'");
        await AssertRefusedAsync(rig);
        await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System, Cancel);
        Assert.All(rig.Cluster.Nodes, node => Assert.False(node.HasFailed, node.Process.LastOutput));
        await ExecuteAsync(server, $"alter role {role} login");
        await rig.ProgressAsync(500, Cancel);
        await rig.UntilOwnedAsync(Cancel, TimeSpan.FromSeconds(20));
        await rig.FinishAsync(Cancel);
        // 64 shards have tried to save and to read several times a second, without a log line for each failure. A shard can have moved,
        // which adds a line.
        Assert.All(rig.Cluster.Nodes, node => Assert.InRange(node.Process.LastOutput.Split('\n').Length, 1, ClusterRig.Shards + 40));
    }

    [Fact]
    public async Task Nodes_that_only_poll_hear_of_each_others_events()
    {
        await using var rig = await ClusterRig.StartAsync(await PostgresServer.SharedAsync(), Nodes, Environment.ProcessId, Cancel, "--set", "postgres.wake=poll");
        rig.BeginLoad();
        await rig.UntilOwnedAsync(Cancel);
        await rig.ProgressAsync(1000, Cancel);
        await rig.FinishAsync(Cancel);
    }

    /// <summary>Every node must soon say that it is not ready, so that a balancer in front of it sends it nothing.</summary>
    private async Task AssertNotReadyAsync(ClusterRig rig)
    {
        var began = TimeProvider.System.GetTimestamp();
        foreach (var node in rig.Cluster.Nodes)
        {
            while (await ReadyAsync(node) != 503)
            {
                Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(15), node.Process.LastOutput);
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Cancel);
            }
        }
        output.WriteLine($"/readyz of {Nodes} nodes answered 503 after {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.00} s");
    }

    private static async Task<int> ReadyAsync(ClusterNode node)
    {
        using var http = new HttpClient { BaseAddress = node.Process.Address };
        using var answer = await http.GetAsync(new Uri("/readyz", UriKind.Relative), Cancel);
        return (int)answer.StatusCode;
    }

    private static int Count(string lines, string what) => lines.Split('\n').Count(line => line.Contains(what, StringComparison.Ordinal));

    /// <summary>Publishing must be refused with 503 and a Retry-After header.</summary>
    private static async Task AssertRefusedAsync(ClusterRig rig)
    {
        using var http = new HttpClient { BaseAddress = rig.Cluster.Nodes[0].Process.Address };
        using var body = new StringContent("""{"payload":1}""", null, "application/json");
        using var answer = await http.PostAsync(new Uri("/v1/topics/orders/events", UriKind.Relative), body, Cancel);
        Assert.Equal(503, (int)answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
    }

    private static async Task ReplicateSynchronouslyAsync(PostgresServer primary)
    {
        await ExecuteAsync(primary, "alter system set synchronous_standby_names = '*'", "select pg_reload_conf()");
        await using var source = NpgsqlDataSource.Create(primary.ConnectionString());
        await using var command = source.CreateCommand("select count(*) from pg_stat_replication where sync_state = 'sync'");
        while ((long)(await command.ExecuteScalarAsync(Cancel))! == 0)
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Cancel);
    }

    private static async Task ExecuteAsync(PostgresServer server, params string[] statements)
    {
        await using var source = NpgsqlDataSource.Create(server.ConnectionString());
        foreach (var statement in statements)
        {
            await using var command = source.CreateCommand(statement);
            await command.ExecuteNonQueryAsync(Cancel);
        }
    }
}
