using Herald.Engine.Channels;
using Herald.Engine.Events;

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
}

/// <summary>One event for one subscription.</summary>
public sealed record DeliveryView(
    string SubscriptionId, int Shard, long Sequence, DeliveryStatus Status, int Attempts, DateTimeOffset? NextAttemptAt,
    string? LastReason);

/// <summary>One attempt, from the history.</summary>
public sealed record AttemptView(
    string SubscriptionId, int Shard, long Sequence, int Number, DateTimeOffset At, TimeSpan Duration, AttemptOutcome Outcome,
    AttemptStage Stage,
    int? StatusCode, string Reason, string Answer);

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
    string? WaitsFor, IReadOnlyList<ShardLag> Shards);

public sealed record ShardLag(int Shard, long Position, long Head, int Outstanding, int BlockedKeys);

/// <summary>One accepted event, for <c>tail</c>.</summary>
public sealed record TailedEvent(int Shard, long Sequence, EventView Event);
