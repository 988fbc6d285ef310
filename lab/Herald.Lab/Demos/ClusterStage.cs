using System.Globalization;
using Herald.Client;
using Herald.Lab.Clusters;
using Herald.Lab.Ledgers;
using Herald.Lab.Processes;

namespace Herald.Lab.Demos;

/// <summary>Three nodes over one PostgreSQL. One is killed after a third of the load, and started again after two thirds.</summary>
internal sealed class ClusterStage : IDemoStage
{
    private const int NodeCount = 3;
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);

    private readonly LocalCluster _cluster;
    private readonly TimeProvider _time;
    private string? _takeover;

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
        var killed = _cluster.Nodes[1];
        var all = await ShardsAsync(_cluster.Nodes, cancel);
        var lost = await ShardsAsync([killed], cancel);
        await killed.KillAsync();
        var began = _time.GetTimestamp();
        _takeover = $"{killed.Name} was killed, and its {lost} shards have not been taken over.";
        while (_time.GetElapsedTime(began) < load / 3)
        {
            if (await ShardsAsync([.. _cluster.Nodes.Where(node => node != killed)], cancel) >= all)
            {
                var others = string.Join(" and ", _cluster.Nodes.Where(node => node != killed).Select(node => node.Name));
                _takeover = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{killed.Name} was killed; {others} had taken over its {lost} shards {_time.GetElapsedTime(began).TotalSeconds:0.0} s later.");
                break;
            }
            await Task.Delay(LookEvery, _time, cancel);
        }
        if (load / 3 - _time.GetElapsedTime(began) is var rest && rest > TimeSpan.Zero)
            await Task.Delay(rest, _time, cancel);
        await killed.StartAsync(cancel);
    }

    public IReadOnlyList<string> Remarks(LedgerTotals all)
    {
        var repeats = all.Duplicates == 0 ? "No event came twice." : string.Create(
            CultureInfo.InvariantCulture,
            $"{all.Duplicates:N0} events came twice: the killed node had delivered them, and its record of that was not in the database yet.");
        return _takeover is null ? [repeats] : [_takeover, repeats];
    }

    private static async Task<int> ShardsAsync(IEnumerable<ClusterNode> nodes, CancellationToken cancel)
    {
        var sum = 0;
        foreach (var node in nodes)
            sum += await node.AskShardsAsync(cancel) ?? 0;
        return sum;
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
