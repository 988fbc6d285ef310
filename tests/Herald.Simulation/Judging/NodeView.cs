using Herald.Engine;
using Herald.Simulation.Running;

namespace Herald.Simulation.Judging;

/// <summary>One life of a node, from its start to its end, and what the judge remembers of it.</summary>
internal sealed class NodeView(SimProcess process)
{
    public SimProcess Process => process;

    /// <summary>Null until it has started.</summary>
    public HeraldEngine? Engine { get; set; }

    /// <summary>(subscription, shard, key) with an attempt in flight.</summary>
    public HashSet<(int Subscription, int Shard, ulong Key)> InFlight { get; } = [];

    /// <summary>The number of the last attempt at a delivery in this life.</summary>
    public Dictionary<(SubscriptionModel Model, int Shard, long Sequence), int> Attempts { get; } = [];

    /// <summary>It was stopped cleanly before, and nothing disturbed it: what was delivered then must not be sent again.</summary>
    public HashSet<(SubscriptionModel Model, int Shard, long Sequence)>? SettledBefore { get; set; }

    /// <summary>Deliveries whose success this life has heard of.</summary>
    public HashSet<(SubscriptionModel Model, int Shard, long Sequence)> Heard { get; } = [];
}
