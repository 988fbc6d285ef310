namespace Herald.Nats.Messages;

/// <summary>How much can wait in a subscription to be read. Further messages are dropped and counted.</summary>
public sealed record SubscriptionBounds
{
    public int Messages { get; init; } = 65_536;

    public long Bytes { get; init; } = 64 << 20;
}
