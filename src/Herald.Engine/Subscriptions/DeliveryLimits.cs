namespace Herald.Engine.Subscriptions;

/// <summary>What a subscription lets Herald do at a time.</summary>
public sealed record DeliveryLimits
{
    public static readonly DeliveryLimits Default = new();

    /// <summary>Attempts in flight at most; the number really used follows the receiver. 1 to 10,000.</summary>
    public int MaxInFlight { get; init; } = 100;

    /// <summary>Attempts a second at most; null for no limit.</summary>
    public double? RatePerSecond { get; init; }

    /// <summary>How long one attempt may take, connecting included. 100 ms to 5 min.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Keep exactly <see cref="MaxInFlight"/> in flight, whatever the receiver does.</summary>
    public bool FixedInFlight { get; init; }
}
