using Herald.Engine;
using Herald.Engine.Stores;
using Herald.Simulation.Running;

namespace Herald.Simulation.Judging;

/// <summary>One life of a node, from its start to its end, and what the judge remembers of it.</summary>
internal sealed class NodeView(SimProcess process)
{
    public SimProcess Process => process;

    /// <summary>Null until it has started.</summary>
    public HeraldEngine? Engine { get; set; }

    /// <summary>By shard, what the store has answered last: the epoch, and until when it may be worked on, by the process's count of time.</summary>
    public Dictionary<int, (long Epoch, long Until)> Leases { get; } = [];

    /// <summary>(subscription, shard, key) with an attempt in flight, and the epoch it was begun in.</summary>
    public Dictionary<(int Subscription, int Shard, ulong Key), long> InFlight { get; } = [];

    /// <summary>The number of the last attempt at a delivery in this life and epoch.</summary>
    public Dictionary<(SubscriptionModel Model, int Shard, long Sequence, long Epoch), int> Attempts { get; } = [];

    /// <summary>Deliveries whose success this life has heard of, by epoch.</summary>
    public HashSet<(SubscriptionModel Model, int Shard, long Sequence, long Epoch)> Heard { get; } = [];

    public bool Holds(int shard) => Leases.TryGetValue(shard, out var lease) && process.Timestamp < lease.Until;

    public void OnRenewed(IReadOnlyList<Lease> leases, long askedAt)
    {
        Leases.Clear();
        foreach (var lease in leases)
            Leases[lease.Shard.Value] = (lease.Epoch, lease.ValidFor is { } validFor ? askedAt + (long)validFor.TotalMilliseconds : long.MaxValue);
    }
}
