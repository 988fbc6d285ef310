using Herald.Engine.Catalogs;
using Herald.Engine.Events;
using Herald.Engine.Shards;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Herald.Engine.Routing;

namespace Herald.Engine.Inspection;

/// <summary>
/// Counts the events that a subscription has still to get. It reads the logs, because shards hold only a part of them in memory.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>Each shard tells its position and its lanes. Deliveries in memory are counted there.</item>
/// <item>The index is read from the lowest place that a lane or the subscription has still to read. All shards get their turns.</item>
/// <item>An entry counts when its key's lane owns it, or when it lies above the position, and the filter matches.</item>
/// </list>
/// </remarks>
internal sealed class WaitingCounter(IEventLog log, CatalogCache cache, ShardViews shards, EventFinder events, TimeProvider time)
{
    public const int MostEntries = 200_000;
    private const int ChunkSize = 4096;
    public static readonly TimeSpan LongestCount = TimeSpan.FromSeconds(1);

    public async ValueTask<WaitingCount> CountAsync(SubscriptionEntry entry, CancellationToken cancel)
    {
        using var holds = new TopicHolds();
        var topic = entry.Subscription.TopicNumber;
        await cache.HoldAsync([topic], holds, cancel);
        var catalog = cache.Snapshot;
        entry = catalog.ByNumber.GetValueOrDefault(entry.Subscription.Number, entry);
        var all = new List<Part>();
        for (var shard = 0; shard < shards.ShardCount; shard++)
            all.Add(await BeginAsync(new ShardId(shard), entry, cancel));
        await ReadAsync(all, entry, catalog, cancel);
        var (isCut, isSaved) = (all.Exists(part => part.IsOpen), all.Exists(part => part.IsSaved && part.Found + part.Rest > 0));
        var oldest = all.Where(part => part.Lowest > 0).ToList();
        return new(
            all.Sum(part => part.Found + (isSaved ? part.Rest : 0)),
            isSaved ? CountMeaning.AtMost : isCut ? CountMeaning.AtLeast : CountMeaning.Exact,
            await FindOldestAsync(oldest, cancel));
    }

    // Step 1.
    private async ValueTask<Part> BeginAsync(ShardId shard, SubscriptionEntry entry, CancellationToken cancel)
    {
        var head = (await log.BoundsAsync(shard, cancel)).Last;
        return await shards.AskAsync(
            shard,
            look =>
            {
                var view = look.Of(entry);
                var (owners, found, lowest) = (new Dictionary<ulong, long>(), 0L, 0L);
                foreach (var lane in view.Lanes)
                {
                    found += lane.Count;
                    if (lane.From > 0)
                        owners[lane.KeyHash] = lane.From;
                    if (lane.Count > 0)
                        lowest = lowest == 0 ? lane.Head : Math.Min(lowest, lane.Head);
                }
                var next = owners.Values.Append(view.Position + 1).Min();
                return new Part(shard, owners, view.Position, head, view.IsSaved || view.MayCountSettled)
                {
                    Found = found,
                    Lowest = lowest,
                    Next = next,
                };
            },
            cancel);
    }

    // Step 2.
    private async ValueTask ReadAsync(List<Part> all, SubscriptionEntry entry, CatalogSnapshot catalog, CancellationToken cancel)
    {
        var (began, left, entries) = (time.GetTimestamp(), MostEntries, new IndexEntry[ChunkSize]);
        while (all.Exists(part => part.IsOpen))
        {
            foreach (var part in all.Where(part => part.IsOpen))
            {
                if (left <= 0 || time.GetElapsedTime(began) > LongestCount)
                    return;
                // An in-memory log answers at once, so yield: other work needs this thread as well.
                await Task.Yield();
                cancel.ThrowIfCancellationRequested();
                var most = (int)Math.Min(Math.Min(ChunkSize, left), part.Head - part.Next + 1);
                var read = await log.ReadIndexAsync(part.Shard, part.Next, entries.AsMemory(0, most), cancel);
                left -= Math.Max(1, read.Count);
                await TakeAsync(part, entries.AsMemory(0, read.Count), entry, catalog, cancel);
                // An empty answer that goes nowhere: the log does not reach so far yet.
                part.Next = read.Next > part.Next ? read.Next : part.Head + 1;
            }
        }
    }

    // Step 3.
    private async ValueTask TakeAsync(
        Part part, ReadOnlyMemory<IndexEntry> entries, SubscriptionEntry entry, CatalogSnapshot catalog, CancellationToken cancel)
    {
        var topic = entry.Subscription.TopicNumber;
        var wanted = entries.ToArray().Where(one => one.Topic == topic && part.Owns(one)).ToArray();
        if (wanted.Length == 0)
            return;
        var routed = await new Router(log, part.Shard).RouteAsync(wanted, catalog, cancel);
        foreach (ref readonly var one in routed.Span)
        {
            if (!IsMeantFor(one, entry, part.Shard))
                continue;
            part.Found++;
            part.Lowest = part.Lowest == 0 ? one.Entry.Sequence : Math.Min(part.Lowest, one.Entry.Sequence);
        }
    }

    private static bool IsMeantFor(in RoutedEntry routed, SubscriptionEntry entry, ShardId shard)
    {
        var revision = entry.RevisionAt(shard, routed.Entry.Sequence);
        foreach (var route in routed.Routes)
        {
            // A subscription has a route for each of its filters that matches.
            if (route.Subscription == entry.Subscription.Number && revision != 0
                && (route.Revision == Route.Addressed || route.Revision == revision))
                return true;
        }
        return false;
    }

    private async ValueTask<TailedEvent?> FindOldestAsync(List<Part> parts, CancellationToken cancel)
    {
        var (oldest, one) = (default(TailedEvent), new IndexEntry[1]);
        var (oldestAt, at) = (long.MaxValue, default((ShardId Shard, long Sequence)));
        foreach (var part in parts)
        {
            var read = await log.ReadIndexAsync(part.Shard, part.Lowest, one, cancel);
            if (read.Count > 0 && one[0].AcceptedAtMs < oldestAt)
                (oldestAt, at) = (one[0].AcceptedAtMs, (part.Shard, one[0].Sequence));
        }
        if (oldestAt < long.MaxValue && await events.ReadAsync(at.Shard, at.Sequence, cancel) is { } view)
            oldest = new TailedEvent(at.Shard.Value, at.Sequence, view);
        return oldest;
    }

    /// <param name="Owners">The keys with detached lanes, and where they begin.</param>
    /// <param name="IsSaved">Some of what is counted can be settled already.</param>
    private sealed record Part(ShardId Shard, Dictionary<ulong, long> Owners, long Position, long Head, bool IsSaved)
    {
        /// <summary>The deliveries that were found so far.</summary>
        public long Found { get; set; }

        /// <summary>The oldest of them; 0 for none.</summary>
        public long Lowest { get; set; }

        /// <summary>The sequence to read next.</summary>
        public long Next { get; set; }

        public bool IsOpen => Next <= Head;

        /// <summary>The entries that were not read.</summary>
        public long Rest => Math.Max(0, Head - Next + 1);

        public bool Owns(in IndexEntry one) =>
            one.Sequence > Position || (Owners.TryGetValue(one.KeyHash, out var from) && one.Sequence >= from);
    }
}
