namespace Herald.Postgres.Leases;

/// <summary>Finds nodes that have stopped beating, by this machine's clock alone.</summary>
/// <remarks>
/// A node is dead when its beat has not changed for a lease and a tenth since it was first read. The tenth allows for clocks that run at
/// different speeds. Between two looks at most half a lease counts: while the database was away no node could beat, so every node gets time
/// to beat again.
/// </remarks>
internal sealed class BeatWatch(TimeProvider time, TimeSpan lease)
{
    private readonly TimeSpan _mostBetween = lease / 2;
    private readonly Dictionary<long, (long Beat, TimeSpan Silent)> _seen = [];
    private long _lookedAt;

    /// <summary>How long the beat of a node must stand still until the node counts as dead.</summary>
    public TimeSpan Silence { get; } = lease * 1.1;

    /// <summary>Call it with the nodes that were just read. Returns the dead ones.</summary>
    public IReadOnlyList<NodeBeat> Look(IReadOnlyList<NodeBeat> nodes)
    {
        var now = time.GetTimestamp();
        var between = time.GetElapsedTime(_lookedAt, now);
        _lookedAt = now;
        if (between > _mostBetween)
            between = _mostBetween;
        var dead = new List<NodeBeat>();
        foreach (var node in nodes)
        {
            var silent = _seen.TryGetValue(node.Id, out var seen) && seen.Beat == node.Beat ? seen.Silent + between : TimeSpan.Zero;
            _seen[node.Id] = (node.Beat, silent);
            if (silent >= Silence)
                dead.Add(node);
        }
        foreach (var gone in _seen.Keys.Except(nodes.Select(n => n.Id)).ToList())
            _seen.Remove(gone);
        return dead;
    }
}
