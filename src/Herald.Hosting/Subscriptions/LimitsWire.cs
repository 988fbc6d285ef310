using System.ComponentModel;

namespace Herald.Hosting.Subscriptions;

[Description("What a subscription lets Herald do at a time.")]
public sealed record LimitsWire
{
    [Description("Attempts in flight at most; the number really used follows the receiver. Default 100; 1 to 10,000.")]
    public int? MaxInFlight { get; set; }

    [Description("Attempts a second at most; 0.01 to 1,000,000. Default: no limit.")]
    public double? RatePerSecond { get; set; }

    [Description("How long one attempt may take. Default 15s; 100ms to 5m.")]
    public string? Timeout { get; set; }

    [Description("true: keep exactly maxInFlight in flight, whatever the receiver does. Default false.")]
    public bool? FixedInFlight { get; set; }
}
