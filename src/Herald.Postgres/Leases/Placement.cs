using Herald.Engine.Events;

namespace Herald.Postgres.Leases;

/// <summary>Decides which node should own which shard.</summary>
/// <remarks>
/// All nodes have an equal share. A shard stays where it is as long as its node lives and has no more than its share. A shard that must
/// move goes to the node with the highest score for it (rendezvous hashing). All nodes that see the same members and owners get the same
/// result without communicating.
/// </remarks>
internal static class Placement
{
    /// <param name="owners">For each shard, the node that has it. A node that is not among the given ones keeps nothing.</param>
    /// <returns>A node for each shard; empty when there is no node.</returns>
    public static long[] Of(IReadOnlyCollection<long> nodes, IReadOnlyList<long> owners)
    {
        if (nodes.Count == 0)
            return [];
        var room = Shares(nodes, owners);
        // All pairs in one order, highest score first, so that the result does not depend on the order of the shards.
        var pairs = new List<(ulong Score, int Shard, long Node)>(owners.Count * nodes.Count);
        for (var shard = 0; shard < owners.Count; shard++)
            foreach (var node in nodes)
                pairs.Add((StableHash.Mix((ulong)node, (ulong)shard), shard, node));
        pairs.Sort((a, b) => b.Score != a.Score ? b.Score.CompareTo(a.Score) : a.Shard.CompareTo(b.Shard));
        var placed = new long[owners.Count];
        Place(pairs.Where(pair => owners[pair.Shard] == pair.Node), placed, room);
        Place(pairs, placed, room);
        return placed;
    }

    /// <summary>Gives the remainder of the division to the nodes that own the most already, so that nothing moves because of it.</summary>
    private static Dictionary<long, int> Shares(IReadOnlyCollection<long> nodes, IReadOnlyList<long> owners)
    {
        var (each, left) = Math.DivRem(owners.Count, nodes.Count);
        var owned = nodes.ToDictionary(node => node, _ => 0);
        foreach (var owner in owners)
            if (owned.TryGetValue(owner, out var count))
                owned[owner] = count + 1;
        return nodes.OrderByDescending(node => owned[node]).ThenBy(node => node)
            .Select((node, place) => (node, Share: place < left ? each + 1 : each)).ToDictionary(one => one.node, one => one.Share);
    }

    private static void Place(IEnumerable<(ulong Score, int Shard, long Node)> pairs, long[] placed, Dictionary<long, int> room)
    {
        foreach (var (_, shard, node) in pairs)
        {
            if (placed[shard] != 0 || room[node] == 0)
                continue;
            placed[shard] = node;
            room[node]--;
        }
    }
}
