using System.Text;
using Herald.Engine.Events;
using Herald.Engine.Sending;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Inspection;

/// <summary>Finds events in the logs.</summary>
internal sealed class EventFinder(IEventLog log, EventEncoder encoder, MessageIds messageIds, TimeProvider time)
{
    private const int SearchChunk = 4096;

    /// <summary>
    /// Queries read whole events in calls of this many bytes, because the answer to one call is in memory at once. A single event can be
    /// larger.
    /// </summary>
    public const int MostBytesAtOnce = 4 << 20;

    /// <summary>
    /// The longest time of a search. A search reads entries for which there is no index, so it needs a limit, however long the logs are.
    /// </summary>
    public static readonly TimeSpan LongestSearch = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The newest event with this id. The store remembers ids that publishers gave, for a while. Any other event is searched for, from the
    /// newest entries backwards, for at most <see cref="LongestSearch"/>: in the shard of its key, or in every shard when the key is not
    /// given.
    /// </summary>
    public async ValueTask<FoundEvent> FindAsync(Topic topic, string id, string? key, CancellationToken cancel)
    {
        var idBytes = Encoding.UTF8.GetBytes(id);
        var keyBytes = Encoding.UTF8.GetBytes(key ?? "");
        var idHash = encoder.Identity.OfId(idBytes);
        var keyHash = key is null ? encoder.Identity.OfKeyless(topic.Number, idBytes) : encoder.Identity.OfKey(topic.Number, keyBytes);
        var shard = key is null ? encoder.ShardOfKeyless(topic.Number, idBytes) : encoder.ShardOf(topic.Number, keyBytes);
        var sequence = await log.FindByIdAsync(shard, keyHash, idHash, cancel);
        var isCutShort = false;
        if (sequence == 0)
        {
            var wanted = new Wanted(topic.Number, idHash, key is null ? null : keyHash);
            (shard, sequence, isCutShort) = await SearchAsync(
                key is null ? AllShards : [shard], (_, entries, _) => new(LastOf(entries.Span, wanted)), cancel);
        }
        if (sequence == 0)
            return new FoundEvent(null, isCutShort);
        var copy = new CopySink();
        await log.ReadEventsAsync(shard, new[] { sequence }, copy, cancel);
        // The hashes of id and key agree, so it is this event.
        if (copy.Damage is { } damage)
            return new FoundEvent(null, false) { Damage = damage };
        if (copy.Record is not { } record)
            return new FoundEvent(null, isCutShort);
        var view = new EventView(record);
        if (view.IdText != id || (key is not null && view.KeyText != key))
            return new FoundEvent(null, isCutShort);
        return new FoundEvent(new TailedEvent(shard.Value, sequence, view), false);
    }

    /// <summary>
    /// The newest event whose message for the subscription has this id. The id is a hash, so the ids of the topic's events are computed,
    /// from the newest event backwards, for at most <see cref="LongestSearch"/>.
    /// </summary>
    public async ValueTask<FoundEvent> FindByMessageAsync(Subscription subscription, string messageId, CancellationToken cancel)
    {
        var (shard, sequence, isCutShort) = await SearchAsync(
            AllShards, (one, entries, began) => FindMessageAsync(one, entries, began, subscription, messageId, cancel), cancel);
        return sequence > 0 && await ReadAsync(shard, sequence, cancel) is { } view
            ? new FoundEvent(new TailedEvent(shard.Value, sequence, view), false)
            : new FoundEvent(null, isCutShort);
    }

    /// <summary>Null when the event is no longer kept.</summary>
    public async ValueTask<EventView?> ReadAsync(ShardId shard, long sequence, CancellationToken cancel)
    {
        var copy = new CopySink();
        await log.ReadEventsAsync(shard, new[] { sequence }, copy, cancel);
        return copy.Record is { } record ? new EventView(record) : null;
    }

    private IEnumerable<ShardId> AllShards => Enumerable.Range(0, log.ShardCount).Select(number => new ShardId(number));

    /// <param name="find">
    /// Returns the last match of a piece of a log, 0 for none, or null when it gave up for want of time. Its last argument is when the
    /// search began.
    /// </param>
    private async ValueTask<(ShardId Shard, long Sequence, bool IsCutShort)> SearchAsync(
        IEnumerable<ShardId> shards, Func<ShardId, ReadOnlyMemory<IndexEntry>, long, ValueTask<long?>> find, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        var entries = new IndexEntry[SearchChunk];
        var open = new List<(ShardId Shard, LogBounds Left)>();
        foreach (var one in shards)
            open.Add((one, await log.BoundsAsync(one, cancel)));
        open.RemoveAll(one => one.Left.Last < one.Left.First);
        // The search goes backwards in all shards at the same pace, because users mostly look for new events.
        while (open.Count > 0)
        {
            for (var i = open.Count - 1; i >= 0; i--)
            {
                if (IsOver(began))
                    return (default, 0, true);
                // An in-memory log answers at once, so yield: other work needs this thread as well.
                await Task.Yield();
                cancel.ThrowIfCancellationRequested();
                var (shard, left) = open[i];
                var from = Math.Max(left.First, left.Last - entries.Length + 1);
                var found = await SearchAsync(shard, from, left.Last, (at, some) => find(at, some, began), entries, cancel);
                if (found is not 0)
                    return (shard, found ?? 0, found is null);
                if (from == left.First)
                    open.RemoveAt(i);
                else
                    open[i] = (shard, left with { Last = from - 1 });
            }
        }
        return (default, 0, false);
    }

    private bool IsOver(long began) => time.GetElapsedTime(began) > LongestSearch;

    /// <summary>The last match in a part of a log, 0 for none, or null when the search gave up before it had found one.</summary>
    private async ValueTask<long?> SearchAsync(
        ShardId shard, long from, long to, Func<ShardId, ReadOnlyMemory<IndexEntry>, ValueTask<long?>> find, IndexEntry[] entries,
        CancellationToken cancel)
    {
        var found = 0L;
        // A store may return fewer entries than requested, for example at the end of one of its tables.
        while (from <= to && await log.ReadIndexAsync(shard, from, entries.AsMemory(0, (int)(to - from + 1)), cancel) is { Count: > 0 and var count })
        {
            var last = await find(shard, entries.AsMemory(0, count));
            if (last is null)
                return found > 0 ? found : null;
            if (last > 0)
                found = last.Value;
            from = entries[count - 1].Sequence + 1;
        }
        return found;
    }

    private static long LastOf(ReadOnlySpan<IndexEntry> entries, Wanted wanted)
    {
        var last = 0L;
        foreach (ref readonly var entry in entries)
        {
            if (wanted.Is(entry))
                last = entry.Sequence;
        }
        return last;
    }

    /// <summary>The last event among the entries with this message id, or 0. It gives up when the time of the search is over.</summary>
    private async ValueTask<long?> FindMessageAsync(
        ShardId shard, ReadOnlyMemory<IndexEntry> entries, long began, Subscription subscription, string messageId,
        CancellationToken cancel)
    {
        var sink = new MessageSink(messageIds, subscription.FullId, messageId);
        for (var left = entries; left.Length > 0 && sink.Found == 0;)
        {
            if (left.Length < entries.Length && IsOver(began))
                return null;
            var (from, sequences) = LastOf(left.Span, subscription.TopicNumber);
            if (sequences.Count > 0)
                await log.ReadEventsAsync(shard, sequences.ToArray(), sink, cancel);
            left = left[..from];
        }
        return sink.Found;
    }

    /// <summary>
    /// The last events of the topic that are read in one call, ascending, and the index of the first entry that was looked at.
    /// </summary>
    private static (int From, List<long> Sequences) LastOf(ReadOnlySpan<IndexEntry> entries, int topic)
    {
        var (from, bytes, sequences) = (entries.Length, 0L, new List<long>());
        for (; from > 0; from--)
        {
            ref readonly var entry = ref entries[from - 1];
            // A redrive has the message id of its original.
            if (entry.Topic != topic || (entry.Flags & (EventFlags.Addressed | EventFlags.Rejected)) != 0)
                continue;
            bytes += entry.Size;
            if (sequences.Count > 0 && bytes > MostBytesAtOnce)
                break;
            sequences.Add(entry.Sequence);
        }
        sequences.Reverse();
        return (from, sequences);
    }

    private sealed class MessageSink(MessageIds messageIds, string subscription, string wanted) : IEventSink
    {
        public long Found { get; private set; }

        public void OnEvent(long sequence, ReadOnlySpan<byte> record)
        {
            if (messageIds.Of(subscription, EventView.HeadOf(record), sequence) == wanted)
                Found = sequence;
        }

        public void OnDamaged(long sequence, string damage)
        {
            // Its id is lost, so it is not found by it.
        }
    }

    /// <param name="KeyHash">Null for any key.</param>
    private readonly record struct Wanted(int Topic, ulong IdHash, ulong? KeyHash)
    {
        public bool Is(in IndexEntry entry) =>
            entry.IdHash == IdHash && entry.Topic == Topic && (entry.Flags & EventFlags.Addressed) == 0
                && (KeyHash is null || entry.KeyHash == KeyHash);
    }
}
