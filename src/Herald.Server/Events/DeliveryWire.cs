using System.ComponentModel;
using Herald.Engine.Inspection;
using Herald.Hosting.Subscriptions;
using Herald.Hosting.Wire;

namespace Herald.Server.Events;

[Description("One event for one subscription.")]
internal sealed record DeliveryWire
{
    public required string Subscription { get; set; }
    public required int Shard { get; set; }

    [Description("The number of the event in its shard. After a redrive, that of the event that was sent again.")]
    public required long Sequence { get; set; }

    [Description(
        "waiting, inFlight, blocked (waits for its next attempt), held (waits for an operator), delivered, deadLettered, forwarded, "
            + "expired or discarded. If the subscription was asked for and does not get the event: filteredOut or notSubscribed.")]
    public required string Status { get; set; }
    public required int Attempts { get; set; }
    public string? NextAttemptAt { get; set; }
    public string? LastReason { get; set; }

    [Description("The id that the receiver sees (webhook-id, for example).")]
    public string? MessageId { get; set; }

    [Description("Why it waits, or why there is none. Absent when it has ended, and while an attempt is under way.")]
    public DeliveryReasonWire? Why { get; set; }

    [Description("What ended the delivery and what made it go on, oldest first, as far as the history goes back. Absent in lists.")]
    public IReadOnlyList<DeliveryStepWire>? Steps { get; set; }

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

    /// <summary>As part of a story.</summary>
    public static DeliveryWire Told(DeliveryView view) => Of(view) with
    {
        MessageId = view.MessageId,
        Why = view.Why is { } why ? DeliveryReasonWire.Of(why) : null,
        Steps = [.. view.Steps.Select(DeliveryStepWire.Of)],
    };
}

[Description("Something that ended a delivery, or that made it go on.")]
internal sealed record DeliveryStepWire
{
    [Description("delivered, deadLettered, redriven, forwarded, expired, discarded, held, released or replayed.")]
    public required string Step { get; set; }
    public required string At { get; set; }

    [Description("The attempts that led to it; absent when there were none.")]
    public int? Attempts { get; set; }

    [Description("The caller who ordered it; absent when Herald decided it.")]
    public string? By { get; set; }

    [Description("Of a redrive: the sequence of the event that is sent again.")]
    public long? Sequence { get; set; }

    [Description("Of a forward: the topic of the new event.")]
    public string? Topic { get; set; }

    public static DeliveryStepWire Of(DeliveryStep step) => new()
    {
        Step = SubscriptionMapping.NameOf(step.Kind),
        At = TimeText.Format(step.At),
        Attempts = step.Attempts > 0 ? step.Attempts : null,
        By = step.By,
        Sequence = step.Sequence,
        Topic = step.Topic,
    };
}
