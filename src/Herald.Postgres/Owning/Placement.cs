using Herald.Engine.Events;

namespace Herald.Postgres.Owning;

/// <summary>
/// Which node should own which shard: all have an equal share, and a shard stays where it is as long as its node lives and has no more than its share.
/// What has to move goes to the node that it scores highest with (rendezvous hashing). All nodes that see the same members and owners agree without talking.
/// </summary>
internal static class Placement
{
    /// <param name="owners">By shard, the node that has it; one that is not among the nodes, or none, keeps nothing.</param>
    /// <returns>A node for every shard; empty when there is no node.</returns>
    public static long[] Of(IReadOnlyCollection<long> nodes, IReadOnlyList<long> owners)
    {
        if (nodes.Count == 0)
            return [];
        var room = Shares(nodes, owners);
        // The pairs of all in one order, highest score first: who comes before whom does not depend on the order of shards.
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

    /// <summary>What is left when all have the same goes to those who have the most already: nothing moves for it.</summary>
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
