namespace Herald.Client;

/// <summary>One event for one subscription.</summary>
public sealed record Delivery
{
    public required string Subscription { get; init; }
    public required int Shard { get; init; }
    public required long Sequence { get; init; }

    /// <summary>
    /// <c>waiting</c>, <c>inFlight</c>, <c>blocked</c> (it waits for its next attempt), <c>held</c> (it waits for an operator),
    /// <c>delivered</c>, <c>deadLettered</c>, <c>forwarded</c>, <c>expired</c> or <c>discarded</c>; of a subscription that was asked for
    /// and does not get the event, <c>filteredOut</c> or <c>notSubscribed</c>.
    /// </summary>
    public required string Status { get; init; }
    public required int Attempts { get; init; }
    public DateTimeOffset? NextAttemptAt { get; init; }
    public string? LastReason { get; init; }

    /// <summary>The id that the receiver sees.</summary>
    public string? MessageId { get; init; }

    /// <summary>Why it waits, or why there is none; null when it has ended, and while an attempt is under way.</summary>
    public DeliveryReason? Why { get; init; }

    /// <summary>What happened so far, oldest first, as far as the history goes back; null in lists.</summary>
    public IReadOnlyList<DeliveryStep>? Steps { get; init; }
}
