using System.ComponentModel;

namespace Herald.Hosting.Subscriptions;

[Description("When a failed delivery is tried again, and what happens after the last attempt.")]
public sealed record RetryWire
{
    [Description("exponential (default) or schedule.")]
    public string? Strategy { get; set; }

    [Description(
        "exponential: the first waits, before base. They are not used when most of the latest attempts at the endpoint failed. Default "
            + "50ms and 250ms, or none if base is given; at most 10, of 1ms to 1d each.")]
    public IReadOnlyList<string>? First { get; set; }

    [Description("exponential: the first wait that grows. Default 1s; 1ms to 1d.")]
    public string? Base { get; set; }

    [Description("exponential: the factor from one wait to the next. Default 2; 1 to 100.")]
    public double? Factor { get; set; }

    [Description("exponential: the longest wait. Default 10m; up to 7d.")]
    public string? Cap { get; set; }

    [Description("schedule: the waits in order; the last one repeats. 1 to 100 waits.")]
    public IReadOnlyList<string>? Schedule { get; set; }

    [Description("How much waits vary: 0.2 (default) varies each wait from 80 % to 120 %. 0 to 1.")]
    public double? Jitter { get; set; }

    [Description("The largest number of attempts. Default: no bound except maxAge; 1 to 1,000,000.")]
    public int? MaxAttempts { get; set; }

    [Description(
        "How long after its first attempt a delivery is tried again; time while the subscription is paused does not count. "
            + "Default 3d; none for no bound.")]
    public string? MaxAge { get; set; }

    [Description("How long after its acceptance an event is delivered; after that it expires. Default: none.")]
    public string? Ttl { get; set; }

    [Description(
        "What happens after the last attempt. deadLetter (default): the event is kept, and the key continues. hold: the key waits for an "
            + "operator. forward: the event is published to another topic.")]
    public string? OnExhausted { get; set; }

    [Description("forward: the topic to publish to.")]
    public string? ForwardTo { get; set; }
}
