using System.ComponentModel;

namespace Herald.Hosting.Subscriptions;

[Description("Asks for events in another topic, reports, about deliveries that end and about the subscription itself.")]
public sealed record ReportsWire
{
    [Description("An existing topic, other than the subscription's own.")]
    public required string Topic { get; set; }

    [Description(
        "What is reported: the ends of deliveries (delivered, recovered, exhausted, expired, discarded, forwarded), and that the "
            + "subscription was disabled (disabled). Default: everything.")]
    public List<string>? On { get; set; }
}
