using Herald.LocalServers.Databases;
using Herald.TestKit.Databases;
using Npgsql;
using Xunit;

namespace Herald.Postgres.Tests.Databases;

public sealed class PostgresServerTests
{
    [Fact]
    public async Task The_shared_server_gives_everybody_a_database_of_their_own()
    {
        var server = await PostgresServer.SharedAsync();
        var one = await server.CreateDatabaseAsync("own");
        var other = await server.CreateDatabaseAsync("own");
        await RunAsync(one, "create table t (x int)");
        await RunAsync(other, "create table t (x int)");
        Assert.Same(server, await PostgresServer.SharedAsync());
    }

    [Theory]
    [InlineData(PostgresStop.Fast)]
    [InlineData(PostgresStop.Immediate)]
    public async Task What_was_committed_is_there_after_a_stop_and_a_start(PostgresStop how)
    {
        await using var server = await PostgresServer.StartAsync(("application_name", "it's"));
        var database = await server.CreateDatabaseAsync("kept");
        await RunAsync(database, "create table t (x text); insert into t select current_setting('application_name')");
        await server.StopAsync(how);
        await Assert.ThrowsAsync<NpgsqlException>(() => RunAsync(database, "select 1"));
        await server.StartAgainAsync();
        Assert.Equal("it's", await RunAsync(database, "select x from t"));
    }

    [Fact]
    public async Task A_standby_follows_and_takes_over_when_promoted()
    {
        await using var server = await PostgresServer.StartAsync(("synchronous_commit", "remote_apply"));
        await using var standby = await server.StartStandbyAsync();
        await RunAsync(server.ConnectionString(), "alter system set synchronous_standby_names = '*'");
        await RunAsync(server.ConnectionString(), "select pg_reload_conf()");
        await RunAsync(server.ConnectionString(), "create table t (x int)");
        await RunAsync(server.ConnectionString(), "insert into t values (7)");
        await server.StopAsync(PostgresStop.Immediate);
        await standby.PromoteAsync();
        Assert.Equal(7, await RunAsync(standby.ConnectionString(), "update t set x = x returning x"));
    }

    [Fact]
    public async Task Orders_that_are_given_at_the_same_time_are_answered_one_after_another()
    {
        await using var server = await PostgresServer.StartAsync();
        Task[] stops = [server.StopAsync(PostgresStop.Fast), server.StopAsync(PostgresStop.Fast)];
        // The second finds no server.
        await Assert.ThrowsAsync<LocalPostgresException>(() => Task.WhenAll(stops));
        Assert.Equal([true, false], stops.Select(stop => stop.IsCompletedSuccessfully));
        await server.StartAgainAsync();
        Assert.Equal(1, await RunAsync(server.ConnectionString(), "select 1"));
    }

    [Fact]
    public async Task Nothing_is_left_of_a_server_that_was_disposed()
    {
        var server = await PostgresServer.StartAsync();
        await server.DisposeAsync();
        Assert.False(Directory.Exists(server.SocketFolder));
        await Assert.ThrowsAsync<NpgsqlException>(() => RunAsync(server.ConnectionString(), "select 1"));
    }

    private static async Task<object?> RunAsync(string connection, string sql)
    {
        await using var source = new NpgsqlSlimDataSourceBuilder(connection).Build();
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
