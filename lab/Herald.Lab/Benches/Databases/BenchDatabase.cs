using Herald.Lab.Benches.Rounds;
using Herald.LocalServers.Databases;
using Npgsql;

namespace Herald.Lab.Benches.Databases;

/// <summary>A throw-away PostgreSQL server for the measured servers. It is durable while it runs, and it counts its statements.</summary>
internal sealed class BenchDatabase : IAsyncDisposable
{
    private const string Name = "bench";

    private readonly LocalPostgres _server;
    private readonly NpgsqlDataSource _source;

    private BenchDatabase(LocalPostgres server)
    {
        _server = server;
        _source = NpgsqlDataSource.Create($"{Connection};Maximum Pool Size=4;Application Name=bench");
        Cpu = new CpuSource("postgres", () => ProcessTree.CpuOf(server.ProcessId!.Value));
    }

    public static IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["shared_preload_libraries"] = "pg_stat_statements",
        ["shared_buffers"] = "1GB",
        ["max_wal_size"] = "4GB",
        ["max_connections"] = "300",
    };

    public int Port => _server.Port;
    public string Connection => _server.ConnectionString(Name);

    /// <summary>The connection string for another port of this machine that forwards to this server.</summary>
    public string ConnectionThrough(int port) => new NpgsqlConnectionStringBuilder(Connection) { Port = port }.ConnectionString;

    /// <summary>The CPU time of all its processes.</summary>
    public CpuSource Cpu { get; }

    /// <exception cref="BenchException">No PostgreSQL server can be started.</exception>
    public static async Task<BenchDatabase> StartAsync()
    {
        try
        {
            var server = await LocalPostgres.StartNewAsync(
                PostgresPrograms.Find() ?? throw new BenchException(PostgresPrograms.Missing), Settings);
            var database = new BenchDatabase(server);
            await server.CreateDatabaseAsync(Name);
            await database.ExecuteAsync("create extension pg_stat_statements");
            return database;
        }
        catch (LocalPostgresException failure)
        {
            throw new BenchException(failure.Message);
        }
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = _source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Starts counting statements from 0.</summary>
    public Task CountFromHereAsync() => ExecuteAsync("select pg_stat_statements_reset()");

    /// <summary>How often each statement has run since then, the most frequent first. The queries of this class are left out.</summary>
    public async Task<IReadOnlyList<(string Sql, long Calls)>> StatementsAsync()
    {
        var statements = new List<(string, long)>();
        await using var command = _source.CreateCommand(
            "select query, calls from pg_stat_statements where query not like '%pg_stat_statements%' order by calls desc");
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            statements.Add((reader.GetString(0), reader.GetInt64(1)));
        return statements;
    }

    /// <summary>Opens a transaction that takes its snapshot and holds it until it is disposed.</summary>
    public async Task<IAsyncDisposable> HoldSnapshotAsync(CancellationToken cancel)
    {
        var connection = await _source.OpenConnectionAsync(cancel);
        await using var command = new NpgsqlCommand("begin isolation level repeatable read; select count(*) from pg_class", connection);
        await command.ExecuteNonQueryAsync(cancel);
        return connection;
    }

    /// <summary>Runs a script with <c>pgbench</c>.</summary>
    /// <returns>Transactions per second.</returns>
    /// <exception cref="BenchException">pgbench failed; the message contains its output.</exception>
    public async Task<double> RunPgBenchAsync(string script, int clients, TimeSpan length)
    {
        try
        {
            return await _server.RunPgBenchAsync(Name, script, clients, length);
        }
        catch (LocalPostgresException failure)
        {
            throw new BenchException(failure.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _server.DisposeAsync();
    }
}
