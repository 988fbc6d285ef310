using Herald.Engine.Channels;
using Herald.Engine.Events;
using Herald.Engine.Sending;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Inspection;

/// <summary>The status of a delivery as users see it.</summary>
public enum DeliveryStatus
{
    /// <summary>Waits behind other deliveries of its key, or for room.</summary>
    Waiting,

    /// <summary>
    /// An attempt is under way. This is known for shards of this node only. In other shards the delivery appears as waiting, or as blocked
    /// if it has failed before.
    /// </summary>
    InFlight,

    /// <summary>Failed and waits for its next attempt. Its key waits with it.</summary>
    Blocked,

    /// <summary>Its retry policy is exhausted, and it waits for an operator.</summary>
    Held,
    Delivered,
    DeadLettered,
    Forwarded,
    Expired,
    Discarded,

    /// <summary>The subscription does not get the event, because its filter does not match.</summary>
    FilteredOut,

    /// <summary>The subscription does not get the event, because it begins behind it, or is to another topic.</summary>
    NotSubscribed,
}

/// <summary>One event for one subscription.</summary>
/// <param name="Sequence">After a redrive, the sequence of the event that was sent again.</param>
public sealed record DeliveryView(
    string SubscriptionId, int Shard, long Sequence, DeliveryStatus Status, int Attempts, DateTimeOffset? NextAttemptAt, string? LastReason)
{
    /// <summary>What happened so far, oldest first; only in an <see cref="EventStory"/>.</summary>
    public IReadOnlyList<DeliveryStep> Steps { get; init; } = [];

    /// <summary>
    /// Why it waits, or why there is none; null when it ended, and while an attempt is under way. Only in an <see cref="EventStory"/>.
    /// </summary>
    public DeliveryReason? Why { get; init; }

    /// <summary>
    /// The id that the receiver sees; null when the subscription does not get the event. Only in an <see cref="EventStory"/>.
    /// </summary>
    public string? MessageId { get; init; }
}

/// <summary>One attempt, from the history.</summary>
public sealed record AttemptView(
    string SubscriptionId, int Shard, long Sequence, int Number, DateTimeOffset At, TimeSpan Duration, AttemptOutcome Outcome,
    AttemptStage Stage,
    int? StatusCode, string Reason, string Answer)
{
    /// <summary>1 until the first replay, which begins generation 2.</summary>
    public int Generation { get; init; } = 1;

    /// <summary>What the receiver was told.</summary>
    public Redelivery Redelivery { get; init; }
}

/// <summary>An event with its deliveries and attempts. Attempts that are older than the history are missing.</summary>
public sealed record EventStory(
    int Shard, long Sequence, EventView Event, IReadOnlyList<DeliveryView> Deliveries, IReadOnlyList<AttemptView> Attempts);

/// <summary>A key that waits because its oldest event failed.</summary>
public sealed record BlockedKeyView(
    int Shard, long Sequence, string? Key, string EventId, int Attempts, DateTimeOffset? NextAttemptAt, bool Held, string? LastReason);

/// <param name="Waiting">
/// The most log entries that can be unsettled. For a filtered subscription that fell behind, this counts entries that have not been checked
/// yet. In shards of other nodes it counts entries accepted since their owners last saved.
/// </param>
/// <param name="InFlight">Attempts under way from this node.</param>
/// <param name="Limit">Attempts that may now be in flight from this node; 0 while the endpoint does not answer and is probed.</param>
/// <param name="OldestWaitingAt">The time of acceptance of the oldest unsettled event; null when there is none.</param>
/// <param name="WaitsFor">What this node lacks, so that it sends nothing; null when it lacks nothing.</param>
public sealed record SubscriptionLag(
    string SubscriptionId, long Waiting, int InFlight, int Limit, int BlockedKeys, int HeldKeys, bool Behind,
    DateTimeOffset? OldestWaitingAt,
    string? WaitsFor, IReadOnlyList<ShardLag> Shards)
{
    public CountMeaning WaitingIs { get; init; }

    /// <summary>Unless it is active, nothing is sent.</summary>
    public SubscriptionStatus Status { get; init; }

    /// <summary>Why it is disabled.</summary>
    public string? StatusReason { get; init; }

    /// <summary>The oldest event that waits, if the events were counted.</summary>
    public TailedEvent? Oldest { get; init; }

    /// <summary>The attempts that all nodes together may have in flight.</summary>
    public int MaxInFlight { get; init; }

    /// <summary>Why this node's limit is what it is.</summary>
    public LimitReason LimitReason { get; init; }
}

public sealed record ShardLag(int Shard, long Position, long Head, int Outstanding, int BlockedKeys);

/// <summary>One accepted event, for <c>tail</c>.</summary>
public sealed record TailedEvent(int Shard, long Sequence, EventView Event);
