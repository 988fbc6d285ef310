using Herald.Engine.Catalogs;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Shards;

/// <summary>
/// A subscription in one shard, while there is anything to say of it: something outstanding, a blocked key, a backlog, a pause.
/// One that is at the head with nothing outstanding has no state at all.
/// </summary>
internal sealed class SubscriptionState(SubscriptionEntry entry)
{
    public SubscriptionEntry Entry = entry;
    public readonly int Number = entry.Subscription.Number;
    public readonly int Generation = entry.Subscription.Generation;
    public readonly Dictionary<ulong, Lane> Lanes = [];

    /// <summary>Held for as long as the state is.</summary>
    public TopicUse Topic = null!;

    /// <summary>Moves with the head of the shard. Otherwise it reads on from its own position, by the scan.</summary>
    public bool AtHead = true;

    /// <summary>Every match up to here is settled, in the window, or in the interval of a detached lane. Meaningful when not at the head.</summary>
    public long Position;
    public RiderState Rider;
    public int Ticket;

    /// <summary>Deliveries in the window: of attached lanes, and of detached ones.</summary>
    public int Outstanding, Draining;
    public int Blocked, Held, InFlight;
    public long PausedAtMs;

    /// <summary>Detached lanes that left the scan because <see cref="Draining"/> was full.</summary>
    public readonly List<Lane> Stalled = [];

    /// <summary>Keys that still have an attempt of an older generation in flight: they wait for it to end.</summary>
    public HashSet<ulong>? OldAttempts;

    // Lanes whose head may start, by kind of permit; and how many permits have been asked for.
    public readonly Queue<Lane>[] Ready = [new(), new()];
    public readonly int[] Asked = [0, 0];

    // Progress records.
    public bool Saved, Dirty;
    public readonly List<Lane> DirtyLanes = [];
    public readonly List<ulong> RemovedLanes = [];

    public bool Runs => Entry.Subscription.Status == SubscriptionStatus.Active;

    /// <summary>Nothing that a newcomer at the head would not know.</summary>
    public bool IsTrivial => AtHead && Lanes.Count == 0 && Runs && OldAttempts is null && Asked[0] == 0 && Asked[1] == 0;
}
