using Herald.Client;
using Herald.Lab.Clusters;
using Herald.Lab.Receivers;
using Herald.TestKit.Databases;
using Herald.TestKit.Traces;
using Xunit;

namespace Herald.EndToEnd.Clusters;

/// <summary>A cluster of real processes over a real PostgreSQL, with load, receivers and the external judge.</summary>
internal sealed class ClusterRig : IAsyncDisposable
{
    public const int Shards = 64;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90), Ownerless = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _over = new();
    private readonly TraceRecorder _trace = new();
    private Task _load = Task.CompletedTask;

    private ClusterRig(LocalCluster cluster, int seed)
    {
        (Cluster, Random) = (cluster, new Random(seed));
        Traffic = new OrderTraffic(
            300, seed, NextClient, _trace, null,
            [("healthy", new Conduct.Healthy()), ("slow", new Conduct.Slow(TimeSpan.FromMilliseconds(10))), ("flaky", new Conduct.Flaky(0.3))]);
    }

    private readonly Dictionary<Uri, HeraldClient> _clients = [];

    public LocalCluster Cluster { get; }
    public OrderTraffic Traffic { get; }
    public Random Random { get; }

    public static async Task<ClusterRig> StartAsync(PostgresServer server, int nodes, int seed, CancellationToken cancel, params string[] settings) =>
        await StartAsync(await server.CreateDatabaseAsync("cluster"), nodes, seed, cancel, settings);

    public static async Task<ClusterRig> StartAsync(string connection, int nodes, int seed, CancellationToken cancel, params string[] settings)
    {
        string[] lease = settings.Contains("--lease") ? [] : ["--lease", "2s"];
        var cluster = await LocalCluster.StartAsync(nodes, connection, TimeProvider.System, cancel, [.. lease, .. settings]);
        var rig = new ClusterRig(cluster, seed);
        try
        {
            await rig.Traffic.StartAsync(cancel);
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the load, which goes on until <see cref="FinishAsync"/>.</summary>
    public void BeginLoad(int rate = 500) => _load = Traffic.Load.RunAsync(rate, TimeSpan.MaxValue, long.MaxValue, _over.Token);

    /// <summary>Waits until this many more events are accepted.</summary>
    public Task ProgressAsync(int events, CancellationToken cancel) => Traffic.UntilAcceptedAsync(Traffic.Ledger.AcceptedCount + events, Output, cancel);

    /// <summary>Waits until the running nodes together own every shard.</summary>
    public async Task UntilOwnedAsync(CancellationToken cancel, TimeSpan? within = null)
    {
        var (patience, began) = (within ?? Ownerless, TimeProvider.System.GetTimestamp());
        while (await OwnedAsync(cancel) is var owned && owned.Sum() != Shards)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < patience, $"Shards are owned {string.Join(' ', owned)} after {patience}.\n{Output()}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancel);
        }
    }

    public async Task<int[]> OwnedAsync(CancellationToken cancel) => await Task.WhenAll(Cluster.Nodes.Select(async node => await node.AskShardsAsync(cancel) ?? 0));

    /// <summary>Ends the load after a batch that has been answered, waits until everything is delivered, and checks the trace.</summary>
    public async Task FinishAsync(CancellationToken cancel)
    {
        await ProgressAsync(1, cancel);
        await _over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _load);
        await Traffic.UntilDeliveredAsync(Patience, Output, cancel);
        Traffic.AssertSound();
    }

    // Returns a traced client of the next running node.
    private HeraldClient NextClient()
    {
        var server = Cluster.NextClient().Server;
        lock (_clients)
        {
            if (!_clients.TryGetValue(server, out var client))
                _clients[server] = client = new HeraldClient(server, null, calls => new TracedCalls(_trace, () => server.Authority, calls));
            return client;
        }
    }

    public string Output() => string.Join('\n', Cluster.Nodes.Select(node => $"== {node.Name}, {(node.IsRunning ? "running" : "down")}\n{node.Process.LastOutput}"));

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _load.ContinueWith(_ => { }, TaskScheduler.Default);
        await Cluster.DisposeAsync();
        await Traffic.DisposeAsync();
        foreach (var client in _clients.Values)
            client.Dispose();
        _over.Dispose();
        _trace.Dispose();
    }
}
