using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using Herald.Engine.Catalogs;
using Herald.Engine.Events;
using Herald.Engine.History;
using Herald.Engine.Owning;
using Herald.Engine.Publishing;
using Herald.Engine.Routing;
using Herald.Engine.Sending;
using Herald.Engine.Shards;
using Herald.Engine.Stores;

namespace Herald.Engine.Looking;

/// <summary>Answers "where is it?" for events, deliveries and keys. Asks shards for their state; changes nothing.</summary>
public sealed class Inspector
{
    private const int TailChunk = 256;

    private readonly IEventLog _log;
    private readonly IStateReader _state;
    private readonly Catalog _catalog;
    private readonly CatalogCache _cache;
    private readonly EventEncoder _encoder;
    private readonly PermitLedger _ledger;
    private readonly ShardHosts _shards;

    internal Inspector(IEventLog log, IStateReader state, Catalog catalog, CatalogCache cache, EventEncoder encoder, PermitLedger ledger, ShardHosts shards) =>
        (_log, _state, _catalog, _cache, _encoder, _ledger, _shards) = (log, state, catalog, cache, encoder, ledger, shards);

    /// <summary>The newest event with this id, or null. Without the key every shard is searched.</summary>
    public async ValueTask<EventStory?> FindEventAsync(Topic topic, string id, string? key, CancellationToken cancel)
    {
        var idBytes = Encoding.UTF8.GetBytes(id);
        var idHash = _encoder.IdHash(idBytes);
        var keyHash = key is null ? _encoder.KeylessHash(topic.Number, idBytes) : _encoder.KeyHash(topic.Number, Encoding.UTF8.GetBytes(key));
        var shard = ShardId.Of(keyHash, _log.ShardCount);
        var sequence = await _log.FindByIdAsync(shard, keyHash, idHash, cancel);
        if (sequence == 0 && key is null)
            (shard, sequence) = await SearchAsync(topic, idHash, cancel);
        if (sequence == 0 || await ReadAsync(shard, sequence, cancel) is not { } view || view.IdText != id)
            return null;
        return await TellAsync(topic, shard, sequence, view, cancel);
    }

    /// <summary>Unsettled deliveries that are being worked on, in shard and sequence order.</summary>
    public async ValueTask<Page<DeliveryView>> DeliveriesAsync(string subscriptionId, int limit, string? cursor, CancellationToken cancel)
    {
        if (await _catalog.FindSubscriptionAsync(subscriptionId, cancel) is not { } subscription)
            return new([], null);
        return await PageAsync(
            machine => machine.States.TryGetValue(subscription.Number, out var state)
                ? state.Lanes.Values.SelectMany(lane => lane.Items.Select((item, i) => ViewOf(subscriptionId, machine, lane, item, i == 0))).ToList()
                : [],
            view => view.Sequence, limit, cursor, cancel);
    }

    public async ValueTask<Page<BlockedKeyView>> BlockedKeysAsync(string subscriptionId, int limit, string? cursor, CancellationToken cancel)
    {
        if (await _catalog.FindSubscriptionAsync(subscriptionId, cancel) is not { } subscription)
            return new([], null);
        var page = await PageAsync(
            machine => machine.States.TryGetValue(subscription.Number, out var state)
                ? state.Lanes.Values.Where(lane => lane.State is LaneState.Blocked or LaneState.Held)
                    .Select(lane => ViewOf(subscriptionId, machine, lane, lane.Head, true)).ToList()
                : [],
            view => view.Sequence, limit, cursor, cancel);
        var keys = new List<BlockedKeyView>();
        foreach (var view in page.Items)
        {
            var stored = await ReadAsync(new ShardId(view.Shard), view.Sequence, cancel);
            var attempts = await AttemptsAsync(new ShardId(view.Shard), view.Sequence, cancel);
            var last = attempts.LastOrDefault(a => a.SubscriptionId == subscriptionId)?.Reason;
            keys.Add(new BlockedKeyView(
                view.Shard, view.Sequence, stored?.KeyText, stored?.IdText ?? "", view.Attempts, view.NextAttemptAt, view.Status == DeliveryStatus.Held, last));
        }
        return new(keys, page.NextCursor);
    }

    public async ValueTask<SubscriptionLag?> LagAsync(string subscriptionId, CancellationToken cancel)
    {
        if (await _catalog.FindSubscriptionAsync(subscriptionId, cancel) is not { } subscription)
            return null;
        var (inFlight, limit) = _ledger.Look(subscription.Number);
        var (waiting, blocked, held, behind, shards) = (0L, 0, 0, false, new List<ShardLag>());
        DateTimeOffset? oldest = null;
        foreach (var host in _shards.All)
        {
            var head = (await _log.BoundsAsync(host.Shard, cancel)).Last;
            var look = await host.CallAsync(machine => LookAt(machine, subscription.Number), cancel);
            // A subscription without state moves with the head, but a shard may be a moment behind its log.
            var ahead = Math.Max(0, head - Math.Max(look.Position, 0));
            waiting += look.Unsettled + (look.AtHead ? 0 : ahead);
            blocked += look.Blocked;
            held += look.Held;
            behind |= !look.AtHead;
            shards.Add(new ShardLag(host.Shard.Value, look.Position, head, look.Outstanding, look.Blocked));
            if (look.Lowest <= head && look.Lowest > 0 && await ReadAsync(host.Shard, look.Lowest, cancel) is { } view)
            {
                var at = DateTimeOffset.FromUnixTimeMilliseconds(view.AcceptedAtMs);
                oldest = oldest is null || at < oldest ? at : oldest;
            }
        }
        return new(subscriptionId, waiting, inFlight, limit, blocked, held, behind, oldest, shards);
    }

    /// <summary>Events of a topic as they are accepted, from now on, until cancelled. Slow readers skip nothing: they read the log.</summary>
    public async IAsyncEnumerable<TailedEvent> TailAsync(Topic topic, [EnumeratorCancellation] CancellationToken cancel)
    {
        // One slot: a wake that finds it full is one that is already going to be acted on.
        var wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        var next = new long[_log.ShardCount];
        for (var shard = 0; shard < next.Length; shard++)
            next[shard] = (await _log.BoundsAsync(new ShardId(shard), cancel)).Last + 1;
        using var watching = _log.OnHead((_, _) => _ = wake.Writer.TryWrite(true));
        var entries = new IndexEntry[TailChunk];
        while (true)
        {
            var found = false;
            for (var shard = 0; shard < next.Length; shard++)
            {
                var read = await _log.ReadIndexAsync(new ShardId(shard), next[shard], entries, cancel);
                found |= read.Count > 0;
                for (var i = 0; i < read.Count; i++)
                {
                    next[shard] = entries[i].Sequence + 1;
                    if (entries[i].Topic == topic.Number && (entries[i].Flags & EventFlags.Addressed) == 0
                        && await ReadAsync(new ShardId(shard), entries[i].Sequence, cancel) is { } view)
                        yield return new TailedEvent(shard, entries[i].Sequence, view);
                }
            }
            if (!found)
                await wake.Reader.ReadAsync(cancel);
        }
    }

    private async ValueTask<EventStory> TellAsync(Topic topic, ShardId shard, long sequence, EventView view, CancellationToken cancel)
    {
        var entry = _encoder.Index(view.Record, topic.Number).Index with { Sequence = sequence };
        var deliveries = new List<DeliveryView>();
        var records = await RecordsAsync(shard, sequence, cancel);
        var host = _shards.Find(shard.Value);
        using var holds = new TopicHolds();
        await _cache.HoldAsync([topic.Number], holds, cancel);
        var catalog = _cache.Snapshot;
        foreach (var route in catalog.RoutesOf(topic.Number).Find(entry, view))
        {
            if (!catalog.ByNumber.TryGetValue(route.Subscription, out var subscription) || subscription.RevisionAt(shard, sequence) != route.Revision)
                continue;
            if (host is null)
                throw new StoreUnavailableException($"Shard {shard} runs on another node, which alone knows what is under way in it.");
            var live = await host.CallAsync(machine => LiveView(machine, subscription.Subscription.Id, route.Subscription, entry), cancel);
            deliveries.Add(live ?? SettledView(subscription.Subscription.Id, shard, sequence, records.Where(r => r.Subscription == route.Subscription)));
        }
        return new(shard.Value, sequence, view, deliveries, await ViewsOfAsync(shard, records, cancel));
    }

    private static DeliveryView? LiveView(ShardMachine machine, string subscriptionId, int number, IndexEntry entry)
    {
        if (!machine.States.TryGetValue(number, out var state))
            return entry.Sequence > machine.Routed ? Waiting() : null;
        if (state.Lanes.TryGetValue(entry.KeyHash, out var lane))
        {
            var place = 0;
            foreach (var item in lane.Items)
            {
                if (item.Sequence == entry.Sequence)
                    return ViewOf(subscriptionId, machine, lane, item, place == 0);
                place++;
            }
            if (lane.Detached && entry.Sequence >= machine.FromOf(lane))
                return Waiting();
        }
        return entry.Sequence > machine.PositionOf(state) ? Waiting() : null;

        DeliveryView Waiting() => new(subscriptionId, machine.Shard.Value, entry.Sequence, DeliveryStatus.Waiting, 0, null, null);
    }

    // Past the history an event is known to be settled, and no more: nothing but a skip leaves a key without delivery.
    private static DeliveryView SettledView(string subscriptionId, ShardId shard, long sequence, IEnumerable<HistoryRecord> records)
    {
        var all = records.ToList();
        var skip = all.LastOrDefault(r => r.Kind == HistoryKind.Skip);
        var status = skip is null ? DeliveryStatus.Delivered : skip.Skip switch
        {
            SkipKind.DeadLetter => DeliveryStatus.DeadLettered,
            SkipKind.Forward => DeliveryStatus.Forwarded,
            SkipKind.Expire => DeliveryStatus.Expired,
            _ => DeliveryStatus.Discarded,
        };
        return new(subscriptionId, shard.Value, sequence, status, all.Count(r => r.Kind != HistoryKind.Skip), null, all.LastOrDefault(r => r.Result is not null)?.Result?.Reason);
    }

    private static DeliveryView ViewOf(string subscriptionId, ShardMachine machine, Lane lane, LaneItem item, bool isHead)
    {
        var status = !isHead ? DeliveryStatus.Waiting : lane.State switch
        {
            LaneState.InFlight => DeliveryStatus.InFlight,
            LaneState.Blocked => DeliveryStatus.Blocked,
            LaneState.Held => DeliveryStatus.Held,
            _ => DeliveryStatus.Waiting,
        };
        DateTimeOffset? next = status == DeliveryStatus.Blocked ? DateTimeOffset.FromUnixTimeMilliseconds(lane.DueMs) : null;
        return new(subscriptionId, machine.Shard.Value, item.Sequence, status, isHead ? lane.Attempts : 0, next, null);
    }

    private async ValueTask<List<AttemptView>> ViewsOfAsync(ShardId shard, IEnumerable<HistoryRecord> records, CancellationToken cancel)
    {
        var attempts = records.Where(r => r.Kind != HistoryKind.Skip).ToList();
        var subscriptions = await _catalog.FindSubscriptionsAsync([.. attempts.Select(r => r.Subscription).Distinct()], cancel);
        return [.. attempts.Select(r => ViewOf(shard, r, subscriptions.GetValueOrDefault(r.Subscription)?.Id))];
    }

    private static AttemptView ViewOf(ShardId shard, HistoryRecord record, string? subscriptionId)
    {
        var id = subscriptionId ?? $"(deleted, number {record.Subscription})";
        var result = record.Result!;
        return new(
            id, shard.Value, record.Sequence, record.Number, DateTimeOffset.FromUnixTimeMilliseconds(record.AtMs), record.Duration, result.Outcome, result.Stage,
            result.StatusCode, result.Reason, result.Answer);
    }

    private async ValueTask<List<AttemptView>> AttemptsAsync(ShardId shard, long sequence, CancellationToken cancel) =>
        await ViewsOfAsync(shard, await RecordsAsync(shard, sequence, cancel), cancel);

    private async ValueTask<List<HistoryRecord>> RecordsAsync(ShardId shard, long sequence, CancellationToken cancel) =>
        [.. (await _state.ReadHistoryAsync(shard, sequence, cancel)).SelectMany(block => AttemptHistory.Read(block, sequence))];

    private static (bool AtHead, long Position, int Unsettled, int Outstanding, int Blocked, int Held, long Lowest) LookAt(ShardMachine machine, int number)
    {
        if (!machine.States.TryGetValue(number, out var state))
            return (true, machine.Routed, 0, 0, 0, 0, 0);
        var lowest = state.AtHead ? long.MaxValue : machine.PositionOf(state) + 1;
        var unsettled = 0;
        foreach (var lane in state.Lanes.Values)
        {
            lowest = Math.Min(lowest, lane.Count > 0 ? lane.Head.Sequence : machine.FromOf(lane));
            unsettled += lane.Count;
        }
        return (state.AtHead, machine.PositionOf(state), unsettled, state.Outstanding + state.Draining, state.Blocked - state.Held, state.Held, lowest == long.MaxValue ? 0 : lowest);
    }

    private async ValueTask<(ShardId Shard, long Sequence)> SearchAsync(Topic topic, ulong idHash, CancellationToken cancel)
    {
        var entries = new IndexEntry[4096];
        for (var shard = 0; shard < _log.ShardCount; shard++)
        {
            var id = new ShardId(shard);
            var bounds = await _log.BoundsAsync(id, cancel);
            for (var to = bounds.Last; to >= bounds.First; to -= entries.Length)
            {
                var from = Math.Max(bounds.First, to - entries.Length + 1);
                var read = await _log.ReadIndexAsync(id, from, entries.AsMemory(0, (int)(to - from + 1)), cancel);
                for (var i = read.Count - 1; i >= 0; i--)
                {
                    if (entries[i].IdHash == idHash && entries[i].Topic == topic.Number && (entries[i].Flags & EventFlags.Addressed) == 0)
                        return (id, entries[i].Sequence);
                }
            }
        }
        return default;
    }

    private async ValueTask<EventView?> ReadAsync(ShardId shard, long sequence, CancellationToken cancel)
    {
        var copy = new CopySink();
        await _log.ReadEventsAsync(shard, new[] { sequence }, copy, cancel);
        return copy.Record is { } record ? new EventView(record) : null;
    }

    // In the order of shards, then of sequences; the cursor names the last item given.
    private async ValueTask<Page<DeliveryView>> PageAsync(
        Func<ShardMachine, List<DeliveryView>> list, Func<DeliveryView, long> place, int limit, string? cursor, CancellationToken cancel)
    {
        var (afterShard, afterSequence) = ParseCursor(cursor);
        var items = new List<DeliveryView>();
        foreach (var host in _shards.All.OrderBy(s => s.Shard.Value).Where(s => s.Shard.Value >= afterShard))
        {
            var found = await host.CallAsync(list, cancel);
            var after = host.Shard.Value == afterShard ? afterSequence : 0;
            items.AddRange(found.Where(v => place(v) > after).OrderBy(place).Take(limit + 1 - items.Count));
            if (items.Count > limit)
                return new(items[..limit], $"{items[limit - 1].Shard}.{place(items[limit - 1])}");
        }
        return new(items, null);
    }

    private static (int Shard, long Sequence) ParseCursor(string? cursor)
    {
        var parts = cursor?.Split('.');
        return parts is [var shard, var sequence] && int.TryParse(shard, CultureInfo.InvariantCulture, out var s) && long.TryParse(sequence, CultureInfo.InvariantCulture, out var q)
            ? (s, q) : (0, 0);
    }
}
