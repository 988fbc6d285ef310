using System.ComponentModel;

namespace Herald.Hosting.Subscriptions;

[Description("Asks for an event in another topic, a report, for each delivery that ends.")]
public sealed record ReportsWire
{
    [Description("An existing topic, other than the subscription's own.")]
    public required string Topic { get; set; }

    [Description(
        "The ends of deliveries that are reported: delivered, recovered, exhausted, expired, discarded, forwarded. Default: all of them.")]
    public List<string>? On { get; set; }
}
