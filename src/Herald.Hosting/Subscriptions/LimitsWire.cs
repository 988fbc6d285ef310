using System.ComponentModel;

namespace Herald.Hosting.Subscriptions;

[Description("Limits of the deliveries of a subscription.")]
public sealed record LimitsWire
{
    [Description("The largest number of attempts in flight. Herald adapts the current number to the receiver. Default 100; 1 to 10,000.")]
    public int? MaxInFlight { get; set; }

    [Description("The largest number of attempts per second. Default: no limit; 0.01 to 1,000,000.")]
    public double? RatePerSecond { get; set; }

    [Description("The longest duration of one attempt. Default 15s; 100ms to 5m.")]
    public string? Timeout { get; set; }

    [Description("true: always use maxInFlight as the limit, and do not adapt it to the receiver. Default false.")]
    public bool? FixedInFlight { get; set; }
}
