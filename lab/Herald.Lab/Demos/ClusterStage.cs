using Herald.Client;
using Herald.Lab.Clusters;
using Herald.Lab.Processes;

namespace Herald.Lab.Demos;

/// <summary>Three nodes over one PostgreSQL. One is killed after a third of the load, and started again after two thirds.</summary>
internal sealed class ClusterStage : IDemoStage
{
    private const int NodeCount = 3;

    private readonly LocalCluster _cluster;
    private readonly TimeProvider _time;

    private ClusterStage(LocalCluster cluster, TimeProvider time) => (_cluster, _time) = (cluster, time);

    public string Place => $"{NodeCount} nodes";
    public HeraldClient Client => _cluster.NextClient();

    // A single node that is down was killed on purpose.
    public bool HasEnded => _cluster.Nodes.All(node => !node.IsRunning);

    /// <param name="connection">Null for a throw-away PostgreSQL.</param>
    public static async Task<IDemoStage> StartAsync(string? connection, TimeProvider time, CancellationToken cancel) =>
        new ClusterStage(await LocalCluster.StartAsync(NodeCount, connection, time, cancel, "--lease", "2s"), time);

    public async Task PlayAsync(TimeSpan load, CancellationToken cancel)
    {
        await Task.Delay(load / 3, _time, cancel);
        await _cluster.Nodes[1].KillAsync();
        await Task.Delay(load / 3, _time, cancel);
        await _cluster.Nodes[1].StartAsync(cancel);
    }

    /// <exception cref="ChildProcessException">A node has ended unexpectedly.</exception>
    private void CheckNodes()
    {
        if (_cluster.Nodes.FirstOrDefault(node => node.HasFailed) is { } failed)
            throw new ChildProcessException($"{failed.Name} has ended unexpectedly.{Environment.NewLine}{failed.Process.LastOutput}");
    }

    public async Task<IReadOnlyList<(string Name, string State)>> LookAsync(CancellationToken cancel)
    {
        CheckNodes();
        var states = new List<(string, string)>();
        foreach (var node in _cluster.Nodes)
            states.Add((node.Name, node.IsRunning ? $"{await node.AskShardsAsync(cancel) ?? 0} shards" : "killed"));
        return states;
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();
}
