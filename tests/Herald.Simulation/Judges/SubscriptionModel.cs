using Herald.Engine.Subscriptions;

namespace Herald.Simulation.Judges;

/// <summary>
/// One generation of a subscription, by the orders of operators and by the moments at which the store applied them. It computes
/// independently which events match, without code of the engine's routing.
/// </summary>
internal sealed class SubscriptionModel(Subscription first, long[] starts, long version)
{
    private readonly List<(long[] After, Filter Filter)> _filters = [(new long[starts.Length], first.Filter)];

    public int Number { get; } = first.Number;

    /// <summary>The full name.</summary>
    public string Id { get; } = first.FullId;
    public int Generation { get; } = first.Generation;
    public long[] Starts => starts;

    /// <summary>The catalog version that created it.</summary>
    public long Version { get; } = version;
    public Subscription Latest { get; private set; } = first;

    /// <summary>The catalog version that created it, or last paused or resumed it.</summary>
    public long StatusVersion { get; private set; } = version;

    /// <summary>The catalog version that deleted or replaced it. 0 while it lives.</summary>
    public long EndVersion { get; set; }

    /// <summary>When one of its events was last delivered, or an operator changed it.</summary>
    public long LastProgressMs { get; set; }
    public bool Lives => EndVersion == 0;
    public bool Runs => Lives && Latest.Status == SubscriptionStatus.Active;

    /// <summary>No policy that it ever had gives a delivery up by age before this age.</summary>
    public double LeastAgeMs { get; private set; } = LeastAgeOf(first);

    /// <summary>No policy that it ever had allows more attempts. Null: one of them has no such limit.</summary>
    public int? MostAttempts { get; private set; } = first.Retry.MaxAttempts;

    /// <summary>Its endpoint has answered that it is gone. Such an attempt ends no delivery, whatever its number.</summary>
    public bool HasBeenGone { get; set; }

    // A delivery is given up at once when its next attempt would come after its greatest age. No receiver asks for a longer wait than
    // LongestWaitMs.
    private static double LeastAgeOf(Subscription subscription) =>
        (subscription.Retry.MaxAge ?? TimeSpan.MaxValue).TotalMilliseconds - Math.Max(LongestWaitMs, subscription.Retry.Waits is RetryWaits.Exponential waits ? waits.Cap.TotalMilliseconds * 1.2 : 0);

    private const double LongestWaitMs = 3100;

    /// <summary>By shard and key.</summary>
    public Dictionary<(int Shard, string Key), LaneModel> Lanes { get; } = [];

    public void Change(Subscription changed, long version, IReadOnlyList<long> heads)
    {
        if (!SameFilter(changed.Filter, Latest.Filter))
            _filters.Add(([.. heads], changed.Filter));
        if (changed.Status != Latest.Status)
            StatusVersion = version;
        Latest = changed;
        LeastAgeMs = Math.Min(LeastAgeMs, LeastAgeOf(changed));
        MostAttempts = MostAttempts is { } most && changed.Retry.MaxAttempts is { } allowed ? Math.Max(most, allowed) : null;
    }

    public bool Matches(int shard, AcceptedEvent accepted)
    {
        if (accepted.Sequence <= starts[shard])
            return false;
        // By names, not by the number of the topic that the catalog has for the subscription: that number could be another tenant's.
        if (accepted.Address is { } address)
            return address == Id && Latest.Tenant.Owns(accepted.TopicName);
        return accepted.TopicName == Latest.FullTopic && IsMet(_filters.FindLast(f => accepted.Sequence > f.After[shard]).Filter, accepted);
    }

    public LaneModel LaneOf(int shard, AcceptedEvent accepted)
    {
        if (!Lanes.TryGetValue((shard, accepted.Key), out var lane))
            Lanes[(shard, accepted.Key)] = lane = new LaneModel(accepted.Key, accepted.KeyHash);
        return lane;
    }

    public override string ToString() => $"subscription {Id} ({Number}), generation {Generation}";

    private static bool IsMet(Filter filter, AcceptedEvent accepted) => filter.Clauses.All(clause =>
        (clause.IsType ? accepted.Type : clause.Attribute == Worlds.EventMaker.Attribute ? accepted.Color : null) is { } value && clause.Values.Contains(value));

    private static bool SameFilter(Filter one, Filter other) =>
        one.Clauses.Count == other.Clauses.Count
        && one.Clauses.Zip(other.Clauses).All(pair => pair.First.Attribute == pair.Second.Attribute && pair.First.IsType == pair.Second.IsType && pair.First.Values.SequenceEqual(pair.Second.Values));
}
