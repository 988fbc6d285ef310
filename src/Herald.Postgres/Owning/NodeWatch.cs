namespace Herald.Postgres.Owning;

/// <summary>
/// Finds nodes that have stopped beating, by this machine's clock alone: a beat that has stood still from the moment it was first read for as
/// long as a lease, and a margin for clocks that run at different speeds, belongs to a node whose leases have run out.
/// </summary>
internal sealed class NodeWatch(TimeProvider time, TimeSpan lease)
{
    private readonly TimeSpan _silence = lease * 1.1;
    private readonly Dictionary<long, (long Beat, long Since)> _seen = [];
    private long _lookedAt;

    /// <summary>To be called with what has just been read; gives the nodes that are dead.</summary>
    public IReadOnlyList<NodeBeat> Look(IReadOnlyList<NodeBeat> nodes)
    {
        var now = time.GetTimestamp();
        var dead = new List<NodeBeat>();
        if (time.GetElapsedTime(_lookedAt, now) > lease / 2)
            _seen.Clear();
        _lookedAt = now;
        foreach (var node in nodes)
        {
            if (!_seen.TryGetValue(node.Id, out var seen) || seen.Beat != node.Beat)
                _seen[node.Id] = (node.Beat, now);
            else if (time.GetElapsedTime(seen.Since, now) >= _silence)
                dead.Add(node);
        }
        foreach (var gone in _seen.Keys.Except(nodes.Select(n => n.Id)).ToList())
            _seen.Remove(gone);
        return dead;
    }
}
