namespace Herald.Client;

/// <summary>A key that waits because its oldest event failed.</summary>
public sealed record BlockedKey
{
    public required int Shard { get; init; }
    public required long Sequence { get; init; }
    public string? Key { get; init; }
    public required string EventId { get; init; }
    public required int Attempts { get; init; }
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>The key waits for an operator; see <see cref="SubscriptionsClient.ReleaseAsync"/>.</summary>
    public required bool Held { get; init; }
    public string? LastReason { get; init; }
}
