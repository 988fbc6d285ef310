using Herald.Engine.Events;

namespace Herald.Postgres.Owning;

/// <summary>
/// Which node should own which shard: rendezvous hashing, each shard to the node it scores highest with, but to none more than its share.
/// All nodes that see the same members agree without talking; a node that joins takes about its share, one that leaves gives its own away.
/// </summary>
internal static class Placement
{
    /// <returns>A node for every shard; empty when there is no node.</returns>
    public static long[] Of(IReadOnlyCollection<long> nodes, int shards)
    {
        if (nodes.Count == 0)
            return [];
        var ordered = nodes.Order().ToArray();
        var most = (shards + ordered.Length - 1) / ordered.Length;
        var owned = ordered.ToDictionary(node => node, _ => 0);
        var placed = new long[shards];
        // The pairs of all in one order, highest score first: who comes before whom does not depend on the order of shards.
        var pairs = new List<(ulong Score, int Shard, long Node)>(shards * ordered.Length);
        for (var shard = 0; shard < shards; shard++)
            foreach (var node in ordered)
                pairs.Add((StableHash.Mix((ulong)node, (ulong)shard), shard, node));
        pairs.Sort((a, b) => b.Score != a.Score ? b.Score.CompareTo(a.Score) : a.Shard.CompareTo(b.Shard));
        var open = shards;
        foreach (var (_, shard, node) in pairs)
        {
            if (placed[shard] != 0 || owned[node] == most)
                continue;
            (placed[shard], owned[node]) = (node, owned[node] + 1);
            if (--open == 0)
                break;
        }
        return placed;
    }
}
