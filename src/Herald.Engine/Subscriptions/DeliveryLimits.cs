namespace Herald.Engine.Subscriptions;

/// <summary>How much Herald may send for a subscription at a time.</summary>
public sealed record DeliveryLimits
{
    public static readonly DeliveryLimits Default = new();

    /// <summary>Most attempts in flight. The number in use follows the receiver. 1 to 10,000.</summary>
    public int MaxInFlight { get; init; } = 100;

    /// <summary>Most attempts per second; null for no limit.</summary>
    public double? RatePerSecond { get; init; }

    /// <summary>The longest time of one attempt, including the connection. 100 ms to 5 min.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Always allows <see cref="MaxInFlight"/> attempts in flight while the endpoint answers without trouble; the limit does not follow
    /// latency.
    /// </summary>
    public bool FixedInFlight { get; init; }
}
