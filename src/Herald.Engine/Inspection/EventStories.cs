using Herald.Engine.Catalogs;
using Herald.Engine.Events;
using Herald.Engine.Sending;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Inspection;

/// <summary>Tells what became of an event, for each subscription.</summary>
internal sealed class EventStories(
    IStateReader state, CatalogCache cache, EventEncoder encoder, EventFinder events, ShardViews shards, DeliveryReasons reasons,
    MessageIds messageIds, TimeProvider time)
{
    // A redrive during the reading adds a delivery, and the shard is then asked once more.
    private const int MostReadings = 3;

    /// <param name="only">Null for all subscriptions. Otherwise the story is about this one, also if it does not get the event.</param>
    public async ValueTask<EventStory> TellAsync(Topic topic, TailedEvent found, SubscriptionEntry? only, CancellationToken cancel)
    {
        using var holds = new TopicHolds();
        await cache.HoldAsync([topic.Number], holds, cancel);
        var (shard, snapshot) = (new ShardId(found.Shard), cache.Snapshot);
        if (only is not null)
            only = snapshot.ByNumber.GetValueOrDefault(only.Subscription.Number, only);
        var index = encoder.Index(found.Event.Record, topic.Number).Index with { Sequence = found.Sequence };
        var history = await DeliveryHistory.ReadAsync(state, shard, found.Sequence, cancel);
        var wanted = FindWanted(topic, found, index, snapshot, history);
        if (only is not null)
            wanted.RemoveAll(entry => entry.Subscription.Number != only.Subscription.Number);
        var save = new OneSave(shards, shard, time);
        (var open, history) = await ReadAsync(shard, index, wanted, history, save, cancel);
        var ahead = new EventsAhead(shard, state, events, save);
        var deliveries = new List<DeliveryView>();
        for (var i = 0; i < wanted.Count; i++)
        {
            var delivery = open[i] is { } waiting
                ? await ToldAsync(wanted[i], waiting, history, ahead, cancel)
                : history.Settled(wanted[i]);
            deliveries.Add(delivery with { MessageId = messageIds.Of(wanted[i].Subscription.FullId, found.Event, found.Sequence) });
        }
        if (only is not null && deliveries.Count == 0)
            deliveries.Add(None(topic, shard, only, found));
        var attempts = history.Attempts(snapshot);
        return new(
            found.Shard, found.Sequence, found.Event, deliveries,
            [.. only is null ? attempts : attempts.Where(one => one.SubscriptionId == only.Subscription.Id)]);
    }

    /// <summary>
    /// The subscriptions whose filters match, and those of which the history tells, because a filter or a start has changed since.
    /// </summary>
    private static List<SubscriptionEntry> FindWanted(
        Topic topic, TailedEvent found, IndexEntry index, CatalogSnapshot snapshot, DeliveryHistory history)
    {
        var (shard, wanted) = (new ShardId(found.Shard), new List<SubscriptionEntry>());
        foreach (var route in snapshot.RoutesOf(topic.Number).Find(index, found.Event))
        {
            if (snapshot.ByNumber.TryGetValue(route.Subscription, out var entry)
                && entry.RevisionAt(shard, found.Sequence) == route.Revision
                && (DeliveryReasons.KnowsFilter(shard, entry, found.Sequence) || history.TellsOf(route.Subscription)))
                wanted.Add(entry);
        }
        var matching = wanted.Select(entry => entry.Subscription.Number).ToHashSet();
        foreach (var number in history.Subscriptions)
        {
            if (!matching.Contains(number) && snapshot.ByNumber.TryGetValue(number, out var entry)
                && (history.HasEnd(entry) || history.SequencesOf(number).Count > 1))
                wanted.Add(entry);
        }
        return wanted;
    }

    private async ValueTask<DeliveryView> ToldAsync(
        SubscriptionEntry entry, OpenDelivery open, DeliveryHistory history, EventsAhead ahead, CancellationToken cancel)
    {
        var lastReason = history.LastReason(entry.Subscription.Number);
        return open.Delivery with
        {
            Steps = history.StepsOf(entry),
            LastReason = lastReason,
            Why = await reasons.OfWaitAsync(entry, open, lastReason, ahead, cancel),
        };
    }

    private static DeliveryView None(Topic topic, ShardId shard, SubscriptionEntry entry, TailedEvent found)
    {
        var why = DeliveryReasons.OfNone(topic, shard, entry, found.Sequence, found.Event);
        var status = why is DeliveryReason.Disabled ? DeliveryStatus.Waiting
            : why is DeliveryReason.FilteredOut or DeliveryReason.FilterChanged ? DeliveryStatus.FilteredOut
            : DeliveryStatus.NotSubscribed;
        return new(entry.Subscription.Id, found.Shard, found.Sequence, status, 0, null, null) { Why = why };
    }

    /// <summary>The unsettled delivery of each subscription, or null, and the history, which tells how the others ended.</summary>
    private async ValueTask<(OpenDelivery?[] Open, DeliveryHistory History)> ReadAsync(
        ShardId shard, IndexEntry index, List<SubscriptionEntry> wanted, DeliveryHistory history, OneSave save, CancellationToken cancel)
    {
        for (var readings = 1; ; readings++)
        {
            var sequences = wanted.Select(entry => history.SequencesOf(entry.Subscription.Number)).ToList();
            OpenDelivery?[] open = wanted.Count == 0 ? []
                : await shards.AskAsync(
                    shard, look => wanted.Select((entry, i) => FindNewest(look.Of(entry), index, sequences[i])).ToArray(), cancel);
            // Read after the shard was asked: the history then contains how deliveries ended until that moment.
            history = await DeliveryHistory.ReadAsync(state, shard, index.Sequence, cancel);
            var isComplete = wanted.Select(entry => history.SequencesOf(entry.Subscription.Number).Count)
                .SequenceEqual(sequences.Select(some => some.Count));
            if (!save.IsDone && isComplete && wanted.Where((entry, i) => IsUnsaved(entry, open[i], history)).Any())
            {
                await save.SaveAsync(cancel);
                history = await DeliveryHistory.ReadAsync(state, shard, index.Sequence, cancel);
            }
            if (isComplete || readings == MostReadings)
                return (open, history);
        }
    }

    // A success or a failure of a moment ago is not in the history yet.
    private static bool IsUnsaved(SubscriptionEntry entry, OpenDelivery? open, DeliveryHistory history) => open is null
        ? !history.HasEnd(entry)
        : open.Delivery.Attempts > 0 && history.LastReason(entry.Subscription.Number) is null;

    private static OpenDelivery? FindNewest(SubscriptionView view, IndexEntry index, IReadOnlyList<long> sequences) =>
        sequences.Reverse().Select(sequence => view.FindOpen(index with { Sequence = sequence })).FirstOrDefault(open => open is not null);
}
