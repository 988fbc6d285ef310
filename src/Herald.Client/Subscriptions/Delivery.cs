namespace Herald.Client;

/// <summary>One event for one subscription.</summary>
public sealed record Delivery
{
    public required string Subscription { get; init; }
    public required int Shard { get; init; }
    public required long Sequence { get; init; }

    /// <summary>
    /// <c>waiting</c>, <c>inFlight</c>, <c>blocked</c> (it waits for its next attempt), <c>held</c> (it waits for an operator),
    /// <c>delivered</c>, <c>deadLettered</c>, <c>forwarded</c>, <c>expired</c> or <c>discarded</c>.
    /// </summary>
    public required string Status { get; init; }
    public required int Attempts { get; init; }
    public DateTimeOffset? NextAttemptAt { get; init; }
    public string? LastReason { get; init; }
}
