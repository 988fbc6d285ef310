namespace Herald.Postgres.Owning;

/// <summary>
/// Finds nodes that have stopped beating, by this machine's clock alone: a beat that has stood still from the moment it was first read for as
/// long as a lease, and a margin for clocks that run at different speeds, belongs to a node whose leases have run out. Of the time between
/// two looks half a lease counts at most: when the database was away nobody could beat, and everybody is given the time to.
/// </summary>
internal sealed class NodeWatch(TimeProvider time, TimeSpan lease)
{
    private readonly TimeSpan _silence = lease * 1.1, _mostBetween = lease / 2;
    private readonly Dictionary<long, (long Beat, TimeSpan Silent)> _seen = [];
    private long _lookedAt;

    /// <summary>To be called with what has just been read; gives the nodes that are dead.</summary>
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
            if (silent >= _silence)
                dead.Add(node);
        }
        foreach (var gone in _seen.Keys.Except(nodes.Select(n => n.Id)).ToList())
            _seen.Remove(gone);
        return dead;
    }
}
