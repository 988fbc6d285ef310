using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.Simulation.Stores;

/// <summary>
/// The registered nodes, and which of them owns which shard. No clock is read here. A living node raises its beat, and the others watch it.
/// They ask for the removal of a node whose beat has not moved for longer than its leases can last, or whose session has ended. A session
/// normally ends with its process, and then the others need not wait for the leases.
/// </summary>
internal sealed class SimRegistry(IReadOnlyList<SimShard> shards, ulong seed, TimeSpan validFor, IStoreWatcher watcher)
{
    private readonly SortedDictionary<string, SimNode> _nodes = new(StringComparer.Ordinal);
    private readonly HashSet<string> _sessions = [];
    private long _registrations;

    /// <summary>Raises the node's beat, which renews all its leases, and takes the free shards that are placed on the node.</summary>
    /// <param name="ended">Nodes whose sessions had ended a moment before.</param>
    /// <param name="holdsSession">Whether the node believes that it holds its session.</param>
    public Renewal Renew(string name, IReadOnlyList<Beat> standingStill, IReadOnlyList<Beat> ended, bool holdsSession, long followed)
    {
        foreach (var beat in ended.Where(beat => beat.Node != name))
        {
            // By now the node can have a new session, or have reported that it has none.
            if (!_nodes.TryGetValue(beat.Node, out var node) || node.Beat.Registration != beat.Registration || !HasEnded(node))
                continue;
            _nodes.Remove(beat.Node);
            watcher.OnRemoved(beat.Node, bySession: true);
        }
        foreach (var beat in standingStill.Where(beat => beat.Node != name))
        {
            if (!_nodes.TryGetValue(beat.Node, out var node) || node.Beat != beat)
                continue;
            _nodes.Remove(beat.Node);
            watcher.OnRemoved(beat.Node, bySession: false);
        }
        // A removed node has lost everything and registers again.
        if (!_nodes.TryGetValue(name, out var mine))
            _nodes[name] = mine = new SimNode(new Beat(name, ++_registrations, 0));
        mine.Followed = Math.Max(mine.Followed, followed);
        mine.Beat = mine.Beat with { Count = mine.Beat.Count + 1 };
        mine.SaysItHoldsSession = holdsSession;
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
        return new Renewal(leases, [.. _nodes.Values.Select(node => node.Beat)], [.. _nodes.Values.Where(HasEnded).Select(node => node.Beat)]);
    }

    /// <summary>The connection that holds the node's lock has been opened or has ended.</summary>
    public void SetSession(string name, bool isThere)
    {
        if (isThere)
            _sessions.Add(name);
        else
            _sessions.Remove(name);
    }

    public bool HasSession(string name) => _sessions.Contains(name);

    /// <summary>The node releases its shards and takes none.</summary>
    public bool GiveWay(string name)
    {
        if (_nodes.TryGetValue(name, out var node))
            node.IsLeaving = true;
        return _nodes.Values.Any(other => other.Beat.Node != name && !other.IsLeaving);
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

    /// <summary>The node itself reports that it leaves.</summary>
    public void Leave(string name) => _nodes.Remove(name);

    // The node with the highest hash gets the shard. So when a node comes or goes, only its own shards move.
    private SimNode Place(int shard)
    {
        var staying = _nodes.Values.Where(node => !node.IsLeaving);
        return (staying.Any() ? staying : _nodes.Values).MaxBy(node => Mix(node.Beat.Node, shard))!;
    }

    private bool HasEnded(SimNode node) => node.SaysItHoldsSession && !_sessions.Contains(node.Beat.Node);

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

    public bool SaysItHoldsSession { get; set; }
    public bool IsLeaving { get; set; }

    /// <summary>The catalog version that the node has reported to follow.</summary>
    public long Followed { get; set; }
}

/// <param name="Registration">A new number each time the node registers.</param>
internal readonly record struct Beat(string Node, long Registration, long Count);

/// <param name="Ended">Beats of nodes whose sessions have ended.</param>
internal sealed record Renewal(IReadOnlyList<Lease> Leases, IReadOnlyList<Beat> Beats, IReadOnlyList<Beat> Ended);
