using System.Globalization;
using Herald.Client;
using Herald.Lab.Processes;
using Herald.LocalServers.Databases;

namespace Herald.Lab.Clusters;

/// <summary>
/// Several nodes on this machine over one PostgreSQL, either an existing one or a throw-away one. Nodes can be killed, stopped and started
/// while others run.
/// </summary>
public sealed class LocalCluster : IAsyncDisposable
{
    private readonly TimeProvider _time;
    private readonly IReadOnlyList<string> _command;
    private readonly string[] _settings;
    private readonly LocalPostgres? _own;
    private readonly List<ClusterNode> _nodes = [];
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("herald-cluster-");
    private int _turn;

    private LocalCluster(LocalPostgres? own, string connection, IReadOnlyList<string> command, string[] settings, TimeProvider time) =>
        (_own, Connection, _command, _settings, _time) = (own, connection, command, settings, time);

    public string Connection { get; }

    /// <summary>All nodes that were started, also those that have ended since.</summary>
    public IReadOnlyList<ClusterNode> Nodes => _nodes;

    /// <param name="connection">Null for a throw-away PostgreSQL.</param>
    /// <param name="settings">Options of <c>serve</c> for every node.</param>
    /// <exception cref="LocalPostgresException">No PostgreSQL server can be started.</exception>
    /// <exception cref="Processes.ChildProcessException">A node does not start.</exception>
    public static Task<LocalCluster> StartAsync(
        int nodes, string? connection, TimeProvider time, CancellationToken cancel, params string[] settings) =>
        StartAsync(ServerProcess.Plain, nodes, connection, time, cancel, settings);

    /// <summary>As above, with the command that each node runs.</summary>
    public static async Task<LocalCluster> StartAsync(
        IReadOnlyList<string> command, int nodes, string? connection, TimeProvider time, CancellationToken cancel, params string[] settings)
    {
        var own = connection is null ? await StartPostgresAsync() : null;
        var cluster = new LocalCluster(own, connection ?? own!.ConnectionString("postgres"), command, settings, time);
        try
        {
            for (var i = 0; i < nodes; i++)
                await cluster.AddAsync(cancel);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Adds a node.</summary>
    /// <param name="connection">Another connection string for the same database; null for the usual one.</param>
    public async Task<ClusterNode> AddAsync(CancellationToken cancel, string? connection = null)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"node-{_nodes.Count + 1}");
        var node = new ClusterNode(
            name, _command,
            ["--data", _data.FullName, "--store", "postgres", "--connection", connection ?? Connection, "--node", name, .. _settings],
            _time);
        await node.StartAsync(cancel);
        _nodes.Add(node);
        return node;
    }

    /// <summary>
    /// A client of a running node. Each call returns the next node, so that load is spread and a caller that retries gets another node.
    /// </summary>
    public HeraldClient NextClient()
    {
        var running = _nodes.FindAll(node => node.IsRunning);
        if (running.Count == 0)
            throw new HttpRequestException("No node of the cluster is running.");
        return running[(Interlocked.Increment(ref _turn) & int.MaxValue) % running.Count].Client;
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_nodes.Select(node => node.DisposeAsync().AsTask()));
        if (_own is not null)
            await _own.DisposeAsync();
        _data.Delete(recursive: true);
    }

    private static Task<LocalPostgres> StartPostgresAsync() => LocalPostgres.StartNewAsync(
        PostgresPrograms.Find() ?? throw new LocalPostgresException(
            $"{PostgresPrograms.Missing} Install postgresql-15, or name a database with --connection."),
        new Dictionary<string, string>());
}
