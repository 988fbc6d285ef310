using Herald.Engine.Catalogs;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Shards;

/// <summary>
/// The state of a subscription in one shard. It exists only while there is something to record: outstanding deliveries, a blocked key, a
/// backlog, or a pause. A subscription at the head without outstanding deliveries has no state.
/// </summary>
internal sealed class SubscriptionState(SubscriptionEntry entry) : CatchUpReader
{
    public SubscriptionEntry Entry = entry;
    public readonly int Number = entry.Subscription.Number;
    public readonly int Generation = entry.Subscription.Generation;
    public readonly Dictionary<ulong, Lane> Lanes = [];

    /// <summary>The topic is held in memory for as long as this state exists.</summary>
    public TopicUse Topic = null!;

    /// <summary>Deliveries in the window: those of attached lanes, and those of detached lanes.</summary>
    public int Outstanding, Draining;
    public int Blocked, Held;
    public long PausedAtMs;

    /// <summary>Detached lanes that left the scan because <see cref="Draining"/> was full.</summary>
    public readonly List<Lane> Stalled = [];

    /// <summary>Keys with an attempt of an older generation still in flight. Their lanes wait for its end.</summary>
    public HashSet<ulong>? OldAttempts;

    // By kind of permit: the lanes whose head can start, and how many permits have been asked for.
    public readonly Queue<Lane>[] Ready = [new(), new()];
    public readonly int[] Asked = [0, 0];

    public readonly ProgressDelta.SubscriptionMark Mark = new();

    public override SubscriptionState Owner => this;

    /// <summary>
    /// Every match up to this sequence is settled, in the window, or in the interval of a detached lane. Used only when not at the head.
    /// </summary>
    public long Position { get => From - 1; set => From = value + 1; }

    public bool Runs => Entry.Subscription.Status == SubscriptionStatus.Active;

    /// <summary>The state holds no information: a new state at the head would be equal.</summary>
    public bool IsTrivial => AtHead && Lanes.Count == 0 && Runs && OldAttempts is null && Asked[0] == 0 && Asked[1] == 0;
}
