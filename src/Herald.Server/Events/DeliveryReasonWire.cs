using System.ComponentModel;
using System.Diagnostics;
using Herald.Engine.Inspection;
using Herald.Hosting.Subscriptions;
using Herald.Hosting.Wire;

namespace Herald.Server.Events;

[Description("Why a delivery waits, or why there is none. The fields depend on the reason.")]
internal sealed record DeliveryReasonWire
{
    [Description(
        "behindEvent (of its key), failed (waits for its next attempt), held, paused, disabled, endpointSilent (does not answer; it is "
            + "probed), noChannel (on the node that answers), noSecret (that can be read), notReached (in the log), noRoom (for an "
            + "attempt); filteredOut, filterChanged (since, and the history has no delivery), notSubscribed (it began after the event), "
            + "beforeReplay (the last replay began after the event, and the history has no delivery before it), otherTopic.")]
    public required string Reason { get; set; }

    [Description("behindEvent: the event that it waits for; absent when it cannot be read, and in long answers.")]
    public string? EventId { get; set; }
    public string? Key { get; set; }

    [Description("behindEvent: the status of that event's delivery.")]
    public string? Status { get; set; }
    public int? Attempts { get; set; }

    [Description("The host of the endpoint.")]
    public string? Endpoint { get; set; }
    public string? LastReason { get; set; }
    public string? NextAttemptAt { get; set; }

    [Description("paused, disabled, beforeReplay: when that was ordered. notSubscribed: when the subscription was created.")]
    public string? Since { get; set; }
    public string? By { get; set; }

    [Description("disabled: why.")]
    public string? Because { get; set; }

    [Description("noChannel: what the node lacks.")]
    public string? Lacks { get; set; }

    [Description("notReached: the entries of the shard's log that are read first.")]
    public long? Entries { get; set; }

    [Description("filteredOut: the first clause of the filter that does not match; type for the event's type.")]
    public string? Attribute { get; set; }

    [Description("filteredOut: what the event has; absent for nothing.")]
    public string? Value { get; set; }

    [Description("filteredOut: what the filter wants.")]
    public IReadOnlyList<string>? Wanted { get; set; }

    [Description("otherTopic: the topic of the subscription.")]
    public string? Topic { get; set; }

    public static DeliveryReasonWire Of(DeliveryReason reason) => reason switch
    {
        DeliveryReason.BehindEvent behind => Named("behindEvent") with
        {
            EventId = behind.EventId,
            Key = behind.Key,
            Status = SubscriptionMapping.NameOf(behind.Status),
            Attempts = behind.Attempts,
            Endpoint = behind.Endpoint,
            LastReason = behind.LastReason,
            NextAttemptAt = TimeText.Format(behind.NextAttemptAt),
        },
        DeliveryReason.Failed failed => Named("failed") with
        {
            Endpoint = failed.Endpoint,
            LastReason = failed.LastReason,
            NextAttemptAt = TimeText.Format(failed.NextAttemptAt),
        },
        DeliveryReason.Held held => Named("held") with { LastReason = held.LastReason },
        DeliveryReason.Paused paused => Named("paused") with { Since = TimeText.Format(paused.Since), By = paused.By },
        DeliveryReason.Disabled disabled => Named("disabled") with { Since = TimeText.Format(disabled.Since), Because = disabled.Because },
        DeliveryReason.EndpointSilent silent => Named("endpointSilent") with { Endpoint = silent.Endpoint },
        DeliveryReason.NoChannel channel => Named("noChannel") with { Lacks = channel.Lacks },
        DeliveryReason.NoSecret => Named("noSecret"),
        DeliveryReason.NotReached behind => Named("notReached") with { Entries = behind.Entries },
        DeliveryReason.NoRoom => Named("noRoom"),
        DeliveryReason.FilteredOut filtered => Named("filteredOut") with
        {
            Attribute = filtered.Attribute,
            Value = filtered.Value,
            Wanted = filtered.Wanted,
        },
        DeliveryReason.FilterChanged => Named("filterChanged"),
        DeliveryReason.NotSubscribed none => Named("notSubscribed") with { Since = TimeText.Format(none.CreatedAt) },
        DeliveryReason.BeforeReplay replay => Named("beforeReplay") with { Since = TimeText.Format(replay.ReplayedAt), By = replay.By },
        DeliveryReason.OtherTopic other => Named("otherTopic") with { Topic = other.Topic },
        _ => throw new UnreachableException($"{reason}"),
    };

    private static DeliveryReasonWire Named(string reason) => new() { Reason = reason };
}
