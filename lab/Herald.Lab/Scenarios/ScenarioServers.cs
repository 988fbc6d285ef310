using Herald.Client;
using Herald.Lab.Clusters;
using Herald.Lab.Processes;

namespace Herald.Lab.Scenarios;

/// <summary>The servers of the scenario: one with the embedded store, or several nodes over a throw-away PostgreSQL.</summary>
internal sealed class ScenarioServers : IAsyncDisposable
{
    private readonly ServerProcess? _single;
    private readonly LocalCluster? _cluster;
    private readonly HeraldClient? _client;
    private readonly DirectoryInfo? _data;

    private ScenarioServers(ServerProcess single, DirectoryInfo data) =>
        (_single, _client, _data) = (single, new HeraldClient(single.Address, null), data);

    private ScenarioServers(LocalCluster cluster) => _cluster = cluster;

    /// <summary>A client of a running node. Each call returns the next node.</summary>
    public HeraldClient Client => _cluster?.NextClient() ?? _client!;

    /// <param name="settings">Options of <c>serve</c> for every server.</param>
    public static async Task<ScenarioServers> StartAsync(
        UnaffectedOptions options, IEnumerable<string> settings, TimeProvider time, CancellationToken cancel)
    {
        if (options.Store == StoreChoice.Postgres)
            return new(await LocalCluster.StartAsync(ServerProcess.Orders, options.Nodes, null, time, cancel, [.. settings]));
        var data = Directory.CreateTempSubdirectory("herald-scenario-");
        try
        {
            return new(
                await ServerProcess.StartAsync(
                    ["--data", data.FullName, "--listen", "127.0.0.1:0", .. settings], time, cancel, ServerProcess.Orders),
                data);
        }
        catch
        {
            data.Delete(recursive: true);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_single is not null)
            await _single.DisposeAsync();
        if (_cluster is not null)
            await _cluster.DisposeAsync();
        _data?.Delete(recursive: true);
    }
}
