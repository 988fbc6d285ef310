using Herald.Engine.Channels;
using Herald.Engine.Events;

namespace Herald.Engine.Looking;

/// <summary>Where a delivery stands, as users read it.</summary>
public enum DeliveryStatus
{
    /// <summary>Behind others of its key, or waiting for room.</summary>
    Waiting,

    /// <summary>An attempt is under way. Known of this node's shards alone: elsewhere it waits, or is blocked when it has failed before.</summary>
    InFlight,

    /// <summary>Failed, and waiting for its next attempt; its key waits with it.</summary>
    Blocked,

    /// <summary>Used up its policy and waits for an operator.</summary>
    Held,
    Delivered,
    DeadLettered,
    Forwarded,
    Expired,
    Discarded,
}

/// <summary>One event for one subscription.</summary>
public sealed record DeliveryView(
    string SubscriptionId, int Shard, long Sequence, DeliveryStatus Status, int Attempts, DateTimeOffset? NextAttemptAt, string? LastReason);

/// <summary>One attempt, from the history.</summary>
public sealed record AttemptView(
    string SubscriptionId, int Shard, long Sequence, int Number, DateTimeOffset At, TimeSpan Duration, AttemptOutcome Outcome, AttemptStage Stage,
    int? StatusCode, string Reason, string Answer);

/// <summary>An event with all that became of it. Attempts older than the history are not told any more.</summary>
public sealed record EventStory(
    int Shard, long Sequence, EventView Event, IReadOnlyList<DeliveryView> Deliveries, IReadOnlyList<AttemptView> Attempts);

/// <summary>A key that waits because its oldest event failed.</summary>
public sealed record BlockedKeyView(
    int Shard, long Sequence, string? Key, string EventId, int Attempts, DateTimeOffset? NextAttemptAt, bool Held, string? LastReason);

/// <param name="Waiting">
/// Log entries not yet settled, at most: for a filtered subscription that fell behind it counts entries it has not looked at, and in shards of
/// other nodes what was accepted since their owners have saved.
/// </param>
/// <param name="InFlight">Attempts under way from this node.</param>
/// <param name="Limit">Attempts it may have in flight from this node now; 0 while the endpoint does not answer and is probed.</param>
/// <param name="OldestWaitingAt">When the oldest unsettled event was accepted; null when there is none.</param>
/// <param name="WaitsFor">What is missing on this node, so that nothing is sent from it; null when nothing is.</param>
public sealed record SubscriptionLag(
    string SubscriptionId, long Waiting, int InFlight, int Limit, int BlockedKeys, int HeldKeys, bool Behind, DateTimeOffset? OldestWaitingAt,
    string? WaitsFor, IReadOnlyList<ShardLag> Shards);

public sealed record ShardLag(int Shard, long Position, long Head, int Outstanding, int BlockedKeys);

/// <summary>One accepted event, as <c>tail</c> shows it.</summary>
public sealed record TailedEvent(int Shard, long Sequence, EventView Event);
