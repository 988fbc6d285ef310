namespace Herald.Engine.Shards;

/// <summary>The readers that are reading now, so that each entry of the log finds those that take it.</summary>
internal sealed class CatchUpReaders
{
    private readonly Dictionary<ulong, List<Lane>> _lanes = [];
    private readonly HashSet<SubscriptionState> _subscriptions = [];

    public int Lanes { get; private set; }
    public bool HasSubscriptions => _subscriptions.Count > 0;
    public bool IsEmpty => Lanes == 0 && !HasSubscriptions;

    public void Add(CatchUpReader reader)
    {
        if (reader is not Lane lane)
        {
            _subscriptions.Add(reader.Owner);
            return;
        }
        if (!_lanes.TryGetValue(lane.KeyHash, out var lanes))
            _lanes[lane.KeyHash] = lanes = new List<Lane>(1);
        lanes.Add(lane);
        Lanes++;
    }

    public void Remove(CatchUpReader reader)
    {
        if (reader is not Lane lane)
        {
            _subscriptions.Remove(reader.Owner);
            return;
        }
        var lanes = _lanes[lane.KeyHash];
        lanes.Remove(lane);
        if (lanes.Count == 0)
            _lanes.Remove(lane.KeyHash);
        Lanes--;
    }

    /// <summary>The lanes of the key, of all subscriptions; null when there are none. A lane may be removed while the list is in use.</summary>
    public List<Lane>? LanesOf(ulong keyHash) => _lanes.GetValueOrDefault(keyHash);

    /// <summary>Copies of the lists, because a reader that is done leaves them.</summary>
    public (SubscriptionState[] Subscriptions, Lane[] Lanes) All() => ([.. _subscriptions], [.. _lanes.Values.SelectMany(lanes => lanes)]);
}
