using System.Diagnostics;
using Herald.LocalServers;
using Herald.LocalServers.Databases;
using Herald.TestKit.Databases;
using Npgsql;
using Xunit;

namespace Herald.EndToEnd.Clusters;

/// <summary>PgBouncer in front of a <see cref="PostgresServer"/>, on a port of its own. Skips the test when it is not installed.</summary>
internal sealed class PgBouncer : IAsyncDisposable
{
    private const string Program = "/usr/sbin/pgbouncer";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly string _folder;

    private PgBouncer(Process process, string folder, string connection) => (_process, _folder, Connection) = (process, folder, connection);

    /// <summary>The connection string of the database through the pooler.</summary>
    public string Connection { get; }

    /// <param name="mode"><c>session</c> or <c>transaction</c>.</param>
    public static async Task<PgBouncer> StartAsync(PostgresServer server, string database, string mode)
    {
        Assert.SkipWhen(!File.Exists(Program), "There is no PgBouncer here: install pgbouncer.");
        var to = new NpgsqlConnectionStringBuilder(database);
        var folder = $"/tmp/herald-pgbouncer-{Guid.NewGuid().ToString("N")[..8]}";
        Directory.CreateDirectory(folder);
        var port = FreePort.Find();
        var file = Path.Combine(folder, "pgbouncer.ini");
        await File.WriteAllTextAsync(
            file,
            $"""
            [databases]
            {to.Database} = host=127.0.0.1 port={server.Port} dbname={to.Database} user={to.Username} password={to.Password}
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {port}
            unix_socket_dir =
            auth_type = any
            pool_mode = {mode}
            default_pool_size = 40
            max_client_conn = 400
            ignore_startup_parameters = extra_float_digits
            """);
        await PostgresPrograms.HandOverAsync(folder);
        // PgBouncer refuses to run as root. With -u it changes to this user.
        string[] user = Environment.IsPrivilegedProcess ? ["-u", "postgres"] : [];
        var process = Process.Start(new ProcessStartInfo(Program, [.. user, "-q", file]) { WorkingDirectory = folder })!;
        await Listening.UntilAsync(port, Patience, () => process.HasExited, CancellationToken.None);
        var through = new NpgsqlConnectionStringBuilder(database) { Host = "127.0.0.1", Port = port };
        return new PgBouncer(process, folder, through.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
