namespace Herald.Client;

/// <summary>What a subscription lets Herald do at a time. In a definition, null means the default; docs/api.md has the defaults.</summary>
public sealed record DeliveryLimits
{
    /// <summary>Attempts in flight at most. The number that Herald uses follows the receiver.</summary>
    public int? MaxInFlight { get; init; }

    /// <summary>Attempts per second at most.</summary>
    public double? RatePerSecond { get; init; }

    /// <summary>How long one attempt may take.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>True: exactly <see cref="MaxInFlight"/> are in flight, whatever the receiver does.</summary>
    public bool? FixedInFlight { get; init; }
}
