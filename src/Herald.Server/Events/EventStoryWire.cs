using System.ComponentModel;
using Herald.Engine.Inspection;
using Herald.Hosting.Subscriptions;
using Herald.Hosting.Wire;

namespace Herald.Server.Events;

[Description("An event with its deliveries and attempts.")]
internal sealed record EventStoryWire
{
    public required EventWire Event { get; set; }
    public required IReadOnlyList<DeliveryWire> Deliveries { get; set; }

    [Description("Attempts, oldest first. Attempts older than the history are missing.")]
    public required IReadOnlyList<AttemptWire> Attempts { get; set; }

    public static EventStoryWire Of(EventStory story) => new()
    {
        Event = EventWire.Of(story.Shard, story.Sequence, story.Event),
        Deliveries = [.. story.Deliveries.Select(DeliveryWire.Of)],
        Attempts = [.. story.Attempts.Select(AttemptWire.Of)],
    };
}

[Description("One event for one subscription.")]
internal sealed record DeliveryWire
{
    public required string Subscription { get; set; }
    public required int Shard { get; set; }
    public required long Sequence { get; set; }

    [Description(
        "waiting, inFlight, blocked (waits for its next attempt), held (waits for an operator), delivered, "
            + "deadLettered, forwarded, expired or discarded.")]
    public required string Status { get; set; }
    public required int Attempts { get; set; }
    public string? NextAttemptAt { get; set; }
    public string? LastReason { get; set; }

    public static DeliveryWire Of(DeliveryView view) => new()
    {
        Subscription = view.SubscriptionId,
        Shard = view.Shard,
        Sequence = view.Sequence,
        Status = SubscriptionMapping.NameOf(view.Status),
        Attempts = view.Attempts,
        NextAttemptAt = TimeText.Format(view.NextAttemptAt),
        LastReason = view.LastReason,
    };
}

[Description("One try to deliver an event.")]
internal sealed record AttemptWire
{
    public required string Subscription { get; set; }
    public required int Shard { get; set; }
    public required long Sequence { get; set; }
    public required int Number { get; set; }
    public required string At { get; set; }
    public required double DurationMs { get; set; }
    public required string Outcome { get; set; }
    public required string Stage { get; set; }
    public int? StatusCode { get; set; }
    public required string Reason { get; set; }
    public required string Answer { get; set; }

    public static AttemptWire Of(AttemptView view) => new()
    {
        Subscription = view.SubscriptionId,
        Shard = view.Shard,
        Sequence = view.Sequence,
        Number = view.Number,
        At = TimeText.Format(view.At),
        DurationMs = view.Duration.TotalMilliseconds,
        Outcome = SubscriptionMapping.NameOf(view.Outcome),
        Stage = SubscriptionMapping.NameOf(view.Stage),
        StatusCode = view.StatusCode,
        Reason = view.Reason,
        Answer = view.Answer,
    };
}
