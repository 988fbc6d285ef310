using Herald.LocalServers.Databases;
using Xunit;

namespace Herald.TestKit.Databases;

/// <summary>
/// A real PostgreSQL for tests. It is removed at the end, however the test process ends. Where PostgreSQL is not installed, a test that
/// asks for it is skipped.
/// </summary>
/// <remarks>
/// It does not wait for the disk (<c>fsync = off</c>). That loses nothing unless the machine itself stops. Set <c>fsync = on</c> for
/// measurements.
/// </remarks>
public sealed class PostgresServer : IAsyncDisposable
{
    private static readonly Lazy<Task<PostgresServer>> SharedServer = new(() => StartAsync());
    private readonly LocalPostgres _server;
    private int _databases;

    private PostgresServer(LocalPostgres server) => _server = server;

    public static string Host => LocalPostgres.Host;
    public static string User => LocalPostgres.User;
    public int Port => _server.Port;
    public string Password => _server.Password;
    public string SocketFolder => _server.Folder;

    /// <summary>
    /// One server for all tests of the process that neither stop nor configure it. Each test makes its own database there. The server is
    /// never disposed.
    /// </summary>
    public static Task<PostgresServer> SharedAsync() => SharedServer.Value;

    /// <param name="settings">As in <c>postgresql.conf</c>, e.g. <c>("shared_preload_libraries", "pg_stat_statements")</c>.</param>
    public static async Task<PostgresServer> StartAsync(params (string Name, string Value)[] settings)
    {
        var programs = PostgresPrograms.Find();
        Assert.SkipWhen(programs is null, PostgresPrograms.Missing);
        var all = new Dictionary<string, string> { ["fsync"] = "off", ["full_page_writes"] = "off", ["max_connections"] = "300" };
        foreach (var (name, value) in settings)
            all[name] = value;
        return new(await LocalPostgres.StartNewAsync(programs!, all));
    }

    /// <summary>Starts another server, which follows this one until it is promoted. The caller disposes it.</summary>
    public async Task<PostgresServer> StartStandbyAsync() => new(await _server.StartStandbyAsync());

    public Task PromoteAsync() => _server.PromoteAsync();

    /// <summary>Creates a new database. Several calls can use the same name.</summary>
    /// <returns>The connection string to it.</returns>
    public async Task<string> CreateDatabaseAsync(string name)
    {
        var own = $"{name}_{Interlocked.Increment(ref _databases)}";
        await _server.CreateDatabaseAsync(own);
        return ConnectionString(own);
    }

    public string ConnectionString(string database = "postgres") => _server.ConnectionString(database);

    public Task StopAsync(PostgresStop how) => _server.StopAsync(how == PostgresStop.Immediate ? "immediate" : "fast");

    /// <summary>Starts the server again after a stop, with the same port and data.</summary>
    public Task StartAgainAsync() => _server.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
