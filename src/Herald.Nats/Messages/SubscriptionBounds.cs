namespace Herald.Nats.Messages;

/// <summary>What may wait in a subscription for whoever reads it. What comes when it is full is dropped, and counted.</summary>
public sealed record SubscriptionBounds
{
    public int Messages { get; init; } = 65_536;

    public long Bytes { get; init; } = 64 << 20;
}
