using Herald.Lab.Clusters;

namespace Herald.Lab.Benches.Rounds;

/// <summary>
/// Waits until all nodes have shards, and some seconds more, so that the moves of shards after a node joins are not measured.
/// </summary>
internal static class ClusterBalance
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50), Settling = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <exception cref="BenchException">A node gets no shards.</exception>
    public static async Task ReachAsync(LocalCluster cluster, BenchRig rig, CancellationToken cancel)
    {
        for (var began = rig.Time.GetTimestamp(); ;)
        {
            var shards = await Task.WhenAll(cluster.Nodes.Select(node => node.AskShardsAsync(cancel)));
            if (shards.All(count => count > 0))
                break;
            if (rig.Time.GetElapsedTime(began) > Patience)
                throw new BenchException($"After {Patience.TotalSeconds:0} s a node has no shards.");
            await Task.Delay(LookEvery, rig.Time, cancel);
        }
        await Task.Delay(rig.Options.IsBrief ? Settling / 10 : Settling, rig.Time, cancel);
    }
}
