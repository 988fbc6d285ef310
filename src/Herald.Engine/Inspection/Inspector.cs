using System.Globalization;
using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Channels;
using Herald.Engine.Events;
using Herald.Engine.Sending;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Inspection;

/// <summary>
/// Answers where the events, deliveries and keys of one tenant are, for all shards. For shards of other nodes it uses what their owners have
/// saved. It queries shards one after another, or a few at a time, and changes nothing.
/// </summary>
public sealed class Inspector
{
    // One query may use only a few of the connections to the store.
    private const int ShardsAtOnce = 4;

    private readonly IEventLog _log;
    private readonly IStateReader _state;
    private readonly Catalog _catalog;
    private readonly PermitLedger _ledger;
    private readonly DeliveryReasons _reasons;
    private readonly ShardViews _shards;
    private readonly EventFinder _events;
    private readonly EventStories _stories;
    private readonly WaitingCounter _counter;
    private readonly TopicTail _tail;
    private readonly TimeProvider _time;

    internal Inspector(
        IEventLog log, IStateReader state, Catalog catalog, CatalogCache cache, EventEncoder encoder, PermitLedger ledger,
        ChannelSet channels, ShardViews shards, MessageIds messageIds, TimeProvider time)
    {
        (_log, _state, _catalog, _ledger, _shards) = (log, state, catalog, ledger, shards);
        _events = new EventFinder(log, encoder, messageIds, time);
        _reasons = new DeliveryReasons(ledger, channels);
        _stories = new EventStories(state, cache, encoder, _events, shards, _reasons, messageIds, time);
        _counter = new WaitingCounter(log, encoder, _events, time);
        _time = time;
        _tail = new TopicTail(log, _events);
    }

    private Inspector(Inspector other, Catalog catalog)
    {
        (_log, _state, _ledger, _reasons, _shards) = (other._log, other._state, other._ledger, other._reasons, other._shards);
        (_catalog, _events, _stories, _counter, _tail) = (catalog, other._events, other._stories, other._counter, other._tail);
        _time = other._time;
    }

    /// <summary>Answers for the catalog's tenant.</summary>
    internal Inspector Of(Catalog catalog) => new(this, catalog);

    /// <summary>The newest event with this id, or null. Without the key, every shard is searched.</summary>
    public async ValueTask<EventStory?> FindEventAsync(Topic topic, string id, string? key, CancellationToken cancel) =>
        (await LookUpEventAsync(topic, id, key, cancel)).Story;

    /// <summary>Like <see cref="FindEventAsync"/>. It also reports whether the search ended before it had read all that is kept.</summary>
    public ValueTask<EventLookUp> LookUpEventAsync(Topic topic, string id, string? key, CancellationToken cancel) =>
        LookUpEventAsync(topic, id, key, null, cancel);

    /// <summary>As above, for one subscription. The story has a delivery even if the subscription does not get the event.</summary>
    /// <param name="subscriptionId">Null for all subscriptions that get the event. One that does not exist gets no story.</param>
    public async ValueTask<EventLookUp> LookUpEventAsync(
        Topic topic, string id, string? key, string? subscriptionId, CancellationToken cancel)
    {
        var only = subscriptionId is null ? null : await _catalog.FindEntryAsync(subscriptionId, cancel);
        if (subscriptionId is not null && only is null)
            return default;
        var found = await _events.FindAsync(topic, id, key, cancel);
        var story = found.Event is { } one ? await _stories.TellAsync(topic, one, only, cancel) : null;
        return new EventLookUp(story, found.IsCutShort) { Damage = found.Damage };
    }

    /// <summary>
    /// The event whose message for this subscription has this id, with the delivery to the subscription. The newest events are searched for
    /// a limited time. No story when the subscription does not exist.
    /// </summary>
    public async ValueTask<EventLookUp> FindMessageAsync(string subscriptionId, string messageId, CancellationToken cancel)
    {
        if (await _catalog.FindEntryAsync(subscriptionId, cancel) is not { Subscription: { IsDamaged: false } subscription } entry
            || await _catalog.FindTopicAsync(subscription.Topic, cancel) is not { } topic)
            return default;
        var found = await _events.FindByMessageAsync(subscription, messageId, cancel);
        return new EventLookUp(found.Event is { } one ? await _stories.TellAsync(topic, one, entry, cancel) : null, found.IsCutShort);
    }

    /// <summary>Unsettled deliveries in the windows of the subscription, in the order of shards and sequences.</summary>
    public async ValueTask<Page<DeliveryView>> DeliveriesAsync(
        string subscriptionId, int limit, string? cursor, CancellationToken cancel) =>
        await _catalog.FindEntryAsync(subscriptionId, cancel) is { } entry
            ? await PageAsync(look => look.Of(entry).Deliveries(), limit, cursor, cancel)
            : new([], null);

    /// <summary>Keys that wait because their oldest event failed, in the order of shards and of these events.</summary>
    public async ValueTask<Page<BlockedKeyView>> BlockedKeysAsync(
        string subscriptionId, int limit, string? cursor, CancellationToken cancel)
    {
        if (await _catalog.FindEntryAsync(subscriptionId, cancel) is not { } entry)
            return new([], null);
        var page = await PageAsync(look => look.Of(entry).BlockedHeads(), limit, cursor, cancel);
        var keys = new List<BlockedKeyView>();
        foreach (var view in page.Items)
        {
            var shard = new ShardId(view.Shard);
            var stored = await _events.ReadAsync(shard, view.Sequence, cancel);
            var history = await DeliveryHistory.ReadOneAsync(_state, shard, view.Sequence, cancel);
            keys.Add(new BlockedKeyView(
                view.Shard, view.Sequence, stored?.KeyText, stored?.IdText ?? "", view.Attempts, view.NextAttemptAt,
                view.Status == DeliveryStatus.Held,
                history.LastReason(entry.Subscription.Number)));
        }
        return new(keys, page.NextCursor);
    }

    /// <summary>Null when there is no such subscription.</summary>
    public async ValueTask<SubscriptionLag?> LagAsync(string subscriptionId, CancellationToken cancel) =>
        await _catalog.FindWithSecretsAsync(subscriptionId, cancel) is { } entry ? LagOf(entry, await AskAsync(entry, cancel)) : null;

    /// <summary>
    /// A replay from there could leave behind events that are not settled. For the shards of other nodes, what they have saved counts; an
    /// event that was accepted a moment ago can be missing in it.
    /// </summary>
    public async ValueTask<bool> IsUnsettledBeforeAsync(string subscriptionId, StartFrom from, CancellationToken cancel)
    {
        if (await _catalog.FindEntryAsync(subscriptionId, cancel) is not { Subscription.IsDamaged: false } entry)
            return false;
        var starts = await _catalog.StartsAsync(from, cancel);
        for (var shard = 0; shard < _shards.ShardCount; shard++)
        {
            var head = (await _log.BoundsAsync(new ShardId(shard), cancel)).Last;
            var last = starts is null ? head : Math.Min(starts[shard], head);
            if (!await _shards.AskAsync(new ShardId(shard), look => look.Of(entry).CanBeUnsettledUpTo(last), cancel))
                continue;
            // What the subscription has still to read can be events of other topics only. That is worth a look at the logs.
            return await CountedLagAsync(subscriptionId, cancel) is not { Waiting: 0, WaitingIs: CountMeaning.Exact };
        }
        return false;
    }

    /// <summary>
    /// As <see cref="LagAsync"/>, but with the events that wait counted in the logs. The counting has bounds of time and of entries
    /// (<see cref="WaitingCounter"/>).
    /// </summary>
    public async ValueTask<SubscriptionLag?> CountedLagAsync(string subscriptionId, CancellationToken cancel)
    {
        if (await _catalog.FindWithSecretsAsync(subscriptionId, cancel) is not { } entry)
            return null;
        var began = _time.GetTimestamp();
        var answers = await AskAsync(entry, cancel);
        var lag = LagOf(entry, answers);
        // Its filter is not known, so nothing can be counted.
        if (entry.Subscription.IsDamaged)
            return lag;
        // However long the shards took to answer, the count gets half of its time.
        var latest = _time.GetTimestamp() - (long)(WaitingCounter.LongestCount.TotalSeconds / 2 * _time.TimestampFrequency);
        var count = await _counter.CountAsync(
            entry, [.. answers.Select(answer => answer.Uncounted)], Math.Max(began, latest), cancel);
        return lag with
        {
            Waiting = count.Waiting,
            WaitingIs = count.Meaning,
            Oldest = count.Oldest,
            OldestWaitingAt = count.Oldest is { } oldest
                ? DateTimeOffset.FromUnixTimeMilliseconds(oldest.Event.AcceptedAtMs)
                : lag.OldestWaitingAt,
        };
    }

    /// <summary>
    /// Events of a topic as they are accepted, from now on, until cancelled. A slow reader misses no event that is kept, because it reads
    /// the log.
    /// </summary>
    public ValueTask<IAsyncEnumerable<TailedEvent>> TailAsync(Topic topic, CancellationToken cancel) => _tail.BeginAsync(topic, cancel);

    private SubscriptionLag LagOf(SubscriptionEntry entry, List<ShardAnswer> answers)
    {
        var limit = _ledger.Look(entry.Subscription);
        return new(
            entry.Subscription.Id, answers.Sum(one => one.Backlog.Waiting), limit.InFlight, limit.Limit,
            answers.Sum(one => one.Backlog.Lag.BlockedKeys), answers.Sum(one => one.Backlog.Held),
            answers.Exists(one => one.Backlog.Behind), answers.Min(one => one.Oldest), _reasons.LackOf(entry),
            [.. answers.Select(one => one.Backlog.Lag)])
        {
            Status = entry.Subscription.Status,
            StatusReason = entry.Subscription.StatusReason,
            MaxInFlight = entry.Subscription.Limits.MaxInFlight,
            LimitReason = limit.Reason,
        };
    }

    /// <summary>Asks every shard once, a few at a time.</summary>
    private async ValueTask<List<ShardAnswer>> AskAsync(SubscriptionEntry entry, CancellationToken cancel)
    {
        var answers = new List<ShardAnswer>();
        foreach (var some in Enumerable.Range(0, _shards.ShardCount).Chunk(ShardsAtOnce))
            answers.AddRange(await Task.WhenAll(some.Select(shard => AskAsync(new ShardId(shard), entry, cancel))));
        return answers;
    }

    private async Task<ShardAnswer> AskAsync(ShardId shard, SubscriptionEntry entry, CancellationToken cancel)
    {
        var head = (await _log.BoundsAsync(shard, cancel)).Last;
        var (backlog, uncounted) = await _shards.AskAsync(
            shard,
            look =>
            {
                var view = look.Of(entry);
                return (view.Backlog(head), UncountedShard.Of(view, head));
            },
            cancel);
        if (backlog.Lowest == 0)
            return new(backlog, null, uncounted);
        var oldest = new IndexEntry[1];
        var read = await _log.ReadIndexAsync(shard, backlog.Lowest, oldest, cancel);
        return new(backlog, read.Count > 0 ? DateTimeOffset.FromUnixTimeMilliseconds(oldest[0].AcceptedAtMs) : null, uncounted);
    }

    // In the order of shards, then of sequences. The cursor names the last returned item. Only the shards that the page needs are queried.
    private async ValueTask<Page<DeliveryView>> PageAsync(
        Func<IShardView, IEnumerable<DeliveryView>> list, int limit, string? cursor, CancellationToken cancel)
    {
        var (afterShard, afterSequence) = ParseCursor(cursor);
        var items = new List<DeliveryView>();
        for (var shard = Math.Max(0, afterShard); shard < _shards.ShardCount; shard++)
        {
            var (after, most) = (shard == afterShard ? afterSequence : 0, limit + 1 - items.Count);
            items.AddRange(await _shards.AskAsync(
                new ShardId(shard),
                look => list(look).Where(view => view.Sequence > after).OrderBy(view => view.Sequence).Take(most).ToList(), cancel));
            if (items.Count > limit)
                return new(items[..limit], $"{items[limit - 1].Shard}.{items[limit - 1].Sequence}");
        }
        return new(items, null);
    }

    private static (int Shard, long Sequence) ParseCursor(string? cursor)
    {
        var parts = cursor?.Split('.');
        return parts is [var shard, var sequence] && int.TryParse(shard, CultureInfo.InvariantCulture, out var s)
            && long.TryParse(sequence, CultureInfo.InvariantCulture, out var q)
            ? (s, q) : (0, 0);
    }

    /// <param name="Oldest">When the oldest unsettled event was accepted; null when there is none.</param>
    private sealed record ShardAnswer(ShardBacklog Backlog, DateTimeOffset? Oldest, UncountedShard Uncounted);
}
