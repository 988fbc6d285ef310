using System.ComponentModel;
using Herald.Engine.Channels;
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
        Deliveries = [.. story.Deliveries.Select(DeliveryWire.Told)],
        Attempts = [.. story.Attempts.Select(AttemptWire.Of)],
    };
}

[Description("One try to deliver an event.")]
internal sealed record AttemptWire
{
    public required string Subscription { get; set; }
    public required int Shard { get; set; }
    public required long Sequence { get; set; }
    public required int Number { get; set; }

    [Description("What the attempt sent the event for, as the receiver was told: first, redrive or replay.")]
    public required string Sending { get; set; }

    [Description("1 until the first replay of the subscription, which begins generation 2.")]
    public required int Generation { get; set; }
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
        Sending = view.Redelivery == Redelivery.None ? "first" : SubscriptionMapping.NameOf(view.Redelivery),
        Generation = view.Generation,
        At = TimeText.Format(view.At),
        DurationMs = view.Duration.TotalMilliseconds,
        Outcome = SubscriptionMapping.NameOf(view.Outcome),
        Stage = SubscriptionMapping.NameOf(view.Stage),
        StatusCode = view.StatusCode,
        Reason = view.Reason,
        Answer = view.Answer,
    };
}
