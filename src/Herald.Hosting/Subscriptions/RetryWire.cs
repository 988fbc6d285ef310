using System.ComponentModel;

namespace Herald.Hosting.Subscriptions;

[Description("When a failed delivery is tried again, and what happens when that is used up.")]
public sealed record RetryWire
{
    [Description("exponential (default) or schedule.")]
    public string? Strategy { get; set; }

    [Description("exponential: waits that come before base, but not at an endpoint most of whose latest attempts failed. Default 50ms and 250ms, or none where base is given; at most 10 of 1ms to 1d.")]
    public IReadOnlyList<string>? First { get; set; }

    [Description("exponential: the wait that grows. Default 1s; 1ms to 1d.")]
    public string? Base { get; set; }

    [Description("exponential: what each wait is multiplied with. Default 2; 1 to 100.")]
    public double? Factor { get; set; }

    [Description("exponential: the longest wait. Default 10m; up to 7d.")]
    public string? Cap { get; set; }

    [Description("schedule: the waits in turn; the last one repeats. 1 to 100 of them.")]
    public IReadOnlyList<string>? Schedule { get; set; }

    [Description("0.2 (default) spreads each wait over 80 % to 120 % of itself; 0 to 1.")]
    public double? Jitter { get; set; }

    [Description("Attempts in all; 1 to 1,000,000. Default: no bound but maxAge.")]
    public int? MaxAttempts { get; set; }

    [Description("How long after its first attempt a delivery is still tried; time spent paused does not count. Default 3d; none for no bound.")]
    public string? MaxAge { get; set; }

    [Description("How long after its acceptance an event is still worth sending. Default: none.")]
    public string? Ttl { get; set; }

    [Description("deadLetter (default): kept, and the key goes on. hold: the key waits for an operator. forward: published to another topic.")]
    public string? OnExhausted { get; set; }

    [Description("forward: the other topic.")]
    public string? ForwardTo { get; set; }
}
