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

    // Whole events are read for each entry, so fewer at a time.
    private const int MessageChunk = 256;

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
                key is null ? AllShards : [shard], SearchChunk, (_, entries) => new(LastOf(entries.Span, wanted)), cancel);
        }
        if (sequence == 0 || await ReadAsync(shard, sequence, cancel) is not { } view || view.IdText != id || (key is not null && view.KeyText != key))
            return new FoundEvent(null, isCutShort);
        return new FoundEvent(new TailedEvent(shard.Value, sequence, view), false);
    }

    /// <summary>
    /// The newest event whose message for the subscription has this id. The id is a hash, so the ids of the topic's events are computed,
    /// from
    /// the newest event backwards, for at most <see cref="LongestSearch"/>.
    /// </summary>
    public async ValueTask<FoundEvent> FindByMessageAsync(Subscription subscription, string messageId, CancellationToken cancel)
    {
        var (shard, sequence, isCutShort) = await SearchAsync(
            AllShards,
            MessageChunk,
            async (one, entries) =>
            {
                var sequences = SequencesOf(entries.Span, subscription.TopicNumber);
                if (sequences.Length == 0)
                    return 0;
                var sink = new MessageSink(messageIds, subscription.FullId, messageId);
                await log.ReadEventsAsync(one, sequences, sink, cancel);
                return sink.Found;
            },
            cancel);
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

    /// <param name="find">Returns the last match of a piece of a log, or 0.</param>
    private async ValueTask<(ShardId Shard, long Sequence, bool IsCutShort)> SearchAsync(
        IEnumerable<ShardId> shards, int chunk, Func<ShardId, ReadOnlyMemory<IndexEntry>, ValueTask<long>> find, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        var entries = new IndexEntry[chunk];
        var open = new List<(ShardId Shard, LogBounds Left)>();
        foreach (var one in shards)
            open.Add((one, await log.BoundsAsync(one, cancel)));
        open.RemoveAll(one => one.Left.Last < one.Left.First);
        // The search goes backwards in all shards at the same pace, because users mostly look for new events.
        while (open.Count > 0)
        {
            for (var i = open.Count - 1; i >= 0; i--)
            {
                if (time.GetElapsedTime(began) > LongestSearch)
                    return (default, 0, true);
                // An in-memory log answers at once, so yield: other work needs this thread as well.
                await Task.Yield();
                cancel.ThrowIfCancellationRequested();
                var (shard, left) = open[i];
                var from = Math.Max(left.First, left.Last - entries.Length + 1);
                if (await SearchAsync(shard, from, left.Last, find, entries, cancel) is > 0 and var found)
                    return (shard, found, false);
                if (from == left.First)
                    open.RemoveAt(i);
                else
                    open[i] = (shard, left with { Last = from - 1 });
            }
        }
        return default;
    }

    /// <summary>The last match in a part of a log, or 0.</summary>
    private async ValueTask<long> SearchAsync(
        ShardId shard, long from, long to, Func<ShardId, ReadOnlyMemory<IndexEntry>, ValueTask<long>> find, IndexEntry[] entries,
        CancellationToken cancel)
    {
        var found = 0L;
        // A store may return fewer entries than requested, for example at the end of one of its tables.
        while (from <= to && await log.ReadIndexAsync(shard, from, entries.AsMemory(0, (int)(to - from + 1)), cancel) is { Count: > 0 and var count })
        {
            if (await find(shard, entries.AsMemory(0, count)) is > 0 and var last)
                found = last;
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

    // A redrive has the message id of its original.
    private static long[] SequencesOf(ReadOnlySpan<IndexEntry> entries, int topic)
    {
        var sequences = new List<long>();
        foreach (ref readonly var entry in entries)
        {
            if (entry.Topic == topic && (entry.Flags & (EventFlags.Addressed | EventFlags.Rejected)) == 0)
                sequences.Add(entry.Sequence);
        }
        return [.. sequences];
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
