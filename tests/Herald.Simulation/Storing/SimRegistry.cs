using Herald.Engine.Stores;

namespace Herald.Simulation.Storing;

/// <summary>
/// Which nodes there are and which of them owns which shard. No clock is read here: a node that lives raises its beat, others watch it,
/// and ask for the removal of one whose beat has stood still for longer than any lease of its can last.
/// </summary>
internal sealed class SimRegistry(IReadOnlyList<SimShard> shards, ulong seed, TimeSpan validFor, IStoreWatcher watcher)
{
    private readonly SortedDictionary<string, SimNode> _nodes = new(StringComparer.Ordinal);
    private long _registrations;

    /// <summary>Raises the node's beat, and so renews all its leases; takes the free shards that are placed on it.</summary>
    public Renewal Renew(string name, IReadOnlyList<Beat> standingStill, long followed)
    {
        foreach (var beat in standingStill.Where(beat => beat.Node != name))
        {
            if (!_nodes.TryGetValue(beat.Node, out var node) || node.Beat != beat)
                continue;
            _nodes.Remove(beat.Node);
            watcher.OnRemoved(beat.Node);
        }
        // Who has been removed has lost everything, and begins anew.
        if (!_nodes.TryGetValue(name, out var mine))
            _nodes[name] = mine = new SimNode(new Beat(name, ++_registrations, 0));
        mine.Followed = Math.Max(mine.Followed, followed);
        mine.Beat = mine.Beat with { Count = mine.Beat.Count + 1 };
        var leases = new List<Lease>();
        for (var i = 0; i < shards.Count; i++)
        {
            var (shard, placed) = (shards[i], Place(i));
            if (placed == mine && (shard.Owner is not { } owner || _nodes.GetValueOrDefault(owner.Beat.Node) != owner))
            {
                watcher.OnTaken(new ShardId(i), shard.Epoch + 1, name, shard.Owner?.Beat.Node);
                shard.TakeOver(shard.Epoch + 1, mine);
            }
            if (shard.Owner == mine)
                leases.Add(new Lease(new ShardId(i), shard.Epoch, validFor, IsLeaving: placed != mine));
        }
        return new Renewal(leases, [.. _nodes.Values.Select(node => node.Beat)]);
    }

    public long OthersFollow(string name) =>
        _nodes.Values.Where(node => node.Beat.Node != name).Select(node => node.Followed).Append(long.MaxValue).Min();

    public void Release(IReadOnlyList<Lease> leases)
    {
        foreach (var lease in leases)
        {
            var shard = shards[lease.Shard.Value];
            if (shard.Epoch != lease.Epoch || shard.Owner is null)
                continue;
            shard.Owner = null;
            watcher.OnReleased(lease.Shard);
        }
    }

    /// <summary>The node itself says that it is gone.</summary>
    public void Leave(string name) => _nodes.Remove(name);

    // The highest of the hashes: when a node comes or goes, only its own shards move.
    private SimNode Place(int shard) => _nodes.Values.MaxBy(node => Mix(node.Beat.Node, shard))!;

    private ulong Mix(string node, int shard)
    {
        var hash = seed + (ulong)shard;
        foreach (var letter in node)
            hash = (hash ^ letter) * 0x9E3779B97F4A7C15;
        return hash ^ (hash >> 29);
    }
}

/// <summary>A registered node.</summary>
internal sealed class SimNode(Beat first)
{
    public Beat Beat { get; set; } = first;

    /// <summary>The catalog version that it has said it works with.</summary>
    public long Followed { get; set; }
}

/// <param name="Registration">Another one each time the node registers.</param>
internal readonly record struct Beat(string Node, long Registration, long Count);

internal sealed record Renewal(IReadOnlyList<Lease> Leases, IReadOnlyList<Beat> Beats);
