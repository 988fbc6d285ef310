using Herald.Engine.Channels;
using Herald.Engine.Events;
using Herald.Engine.Sending;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Inspection;

/// <summary>Finds out why a delivery waits, or why there is none.</summary>
internal sealed class DeliveryReasons(PermitLedger ledger, ChannelSet channels)
{
    /// <summary>Why the delivery waits; null while an attempt is under way.</summary>
    /// <param name="lastReason">Why its last attempt failed.</param>
    public async ValueTask<DeliveryReason?> OfWaitAsync(
        SubscriptionEntry entry, OpenDelivery open, string? lastReason, EventsAhead eventsAhead, CancellationToken cancel)
    {
        var (subscription, delivery) = (entry.Subscription, open.Delivery);
        // Its endpoint is not known either, so this comes first.
        if (subscription.IsDamaged)
            return DisabledOf(subscription);
        if (delivery.Status == DeliveryStatus.Held)
            return new DeliveryReason.Held(lastReason);
        if (subscription.Status == SubscriptionStatus.Active && channels.Find(subscription.Endpoint.Address) is null)
            return new DeliveryReason.NoChannel(MissingChannels.Describe(subscription.Endpoint));
        if (subscription.Status == SubscriptionStatus.Active && entry.LacksSecret)
            return new DeliveryReason.NoSecret();
        if (delivery.Status == DeliveryStatus.InFlight)
            return null;
        if (subscription.Status == SubscriptionStatus.Paused)
            return new DeliveryReason.Paused(subscription.StatusSince, subscription.StatusBy);
        if (subscription.Status == SubscriptionStatus.Disabled)
            return DisabledOf(subscription);
        var endpoint = subscription.Endpoint.Address.Authority;
        if (delivery.Status == DeliveryStatus.Blocked)
            return new DeliveryReason.Failed(endpoint, lastReason, delivery.NextAttemptAt);
        if (open.Ahead is { } ahead)
        {
            var (older, why) = await eventsAhead.ReadAsync(ahead, subscription.Number, cancel);
            return new DeliveryReason.BehindEvent(
                older?.IdText, older?.KeyText, ahead.Status, ahead.Attempts, endpoint, why, ahead.NextAttemptAt);
        }
        return open.Unread > 0 ? new DeliveryReason.NotReached(open.Unread)
            : ledger.Look(subscription).Limit == 0 ? new DeliveryReason.EndpointSilent(endpoint)
            : new DeliveryReason.NoRoom();
    }

    /// <summary>Why the subscription does not get the event, or why it is not known whether it got it.</summary>
    public static DeliveryReason OfNone(Topic topic, ShardId shard, SubscriptionEntry entry, long sequence, EventView view)
    {
        var subscription = entry.Subscription;
        // Neither its topic nor its beginning nor its filter is known.
        if (subscription.IsDamaged)
            return DisabledOf(subscription);
        if (subscription.TopicNumber != topic.Number)
            return new DeliveryReason.OtherTopic(subscription.Topic);
        if (sequence <= entry.Starts[shard.Value])
            return subscription.Generation == 1
                ? new DeliveryReason.NotSubscribed(subscription.CreatedAt)
                : new DeliveryReason.BeforeReplay(subscription.ReplayedAt, subscription.ReplayedBy);
        if (!KnowsFilter(shard, entry, sequence))
            return new DeliveryReason.FilterChanged();
        var (revision, attributes) = (entry.RevisionAt(shard, sequence), view.AttributesText());
        foreach (var clause in entry.Revisions.Last(one => one.Number == revision).Filter.Clauses)
        {
            var value = clause.IsType ? view.TypeText : attributes.GetValueOrDefault(clause.Attribute);
            if (value is null || !clause.Values.Contains(value))
                return new DeliveryReason.FilteredOut(clause.Attribute, value, clause.Values);
        }
        // It matches, so a change of the filter came between the two readings of the catalog.
        return new DeliveryReason.FilterChanged();
    }

    /// <summary>False when the event was routed with a filter that has been replaced since, and that is no longer kept.</summary>
    public static bool KnowsFilter(ShardId shard, SubscriptionEntry entry, long sequence) =>
        entry.Revisions[0].Number == 1 || sequence > entry.Revisions[0].After[shard.Value];

    /// <summary>What this node lacks, so that it sends nothing to the subscription; null when it lacks nothing.</summary>
    public string? LackOf(SubscriptionEntry entry) =>
        entry.Subscription.IsDamaged ? null
        : channels.Find(entry.Subscription.Endpoint.Address) is null ? MissingChannels.Describe(entry.Subscription.Endpoint)
        : entry.LacksSecret ? "the secret of the endpoint, whose record cannot be read"
        : null;

    private static DeliveryReason.Disabled DisabledOf(Subscription subscription) =>
        new(subscription.StatusSince, subscription.StatusReason);
}
