using System.Text;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Inspection;

/// <summary>Finds events in the logs.</summary>
internal sealed class EventFinder(IEventLog log, EventEncoder encoder, TimeProvider time)
{
    private const int SearchChunk = 4096;

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
            var shards = key is null ? Enumerable.Range(0, log.ShardCount).Select(number => new ShardId(number)) : [shard];
            (shard, sequence, isCutShort) = await SearchAsync(shards, wanted, cancel);
        }
        if (sequence == 0 || await ReadAsync(shard, sequence, cancel) is not { } view || view.IdText != id || (key is not null && view.KeyText != key))
            return new FoundEvent(null, isCutShort);
        return new FoundEvent(new TailedEvent(shard.Value, sequence, view), false);
    }

    /// <summary>Null when the event is no longer kept.</summary>
    public async ValueTask<EventView?> ReadAsync(ShardId shard, long sequence, CancellationToken cancel)
    {
        var copy = new CopySink();
        await log.ReadEventsAsync(shard, new[] { sequence }, copy, cancel);
        return copy.Record is { } record ? new EventView(record) : null;
    }

    private async ValueTask<(ShardId Shard, long Sequence, bool IsCutShort)> SearchAsync(
        IEnumerable<ShardId> shards, Wanted wanted, CancellationToken cancel)
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
                if (time.GetElapsedTime(began) > LongestSearch)
                    return (default, 0, true);
                // An in-memory log answers at once, so yield: other work needs this thread as well.
                await Task.Yield();
                cancel.ThrowIfCancellationRequested();
                var (shard, left) = open[i];
                var from = Math.Max(left.First, left.Last - entries.Length + 1);
                if (await SearchAsync(shard, from, left.Last, wanted, entries, cancel) is > 0 and var found)
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
        ShardId shard, long from, long to, Wanted wanted, IndexEntry[] entries, CancellationToken cancel)
    {
        var found = 0L;
        // A store may return fewer entries than requested, for example at the end of one of its tables.
        while (from <= to && await log.ReadIndexAsync(shard, from, entries.AsMemory(0, (int)(to - from + 1)), cancel) is { Count: > 0 and var count })
        {
            for (var i = 0; i < count; i++)
            {
                if (wanted.Is(entries[i]))
                    found = entries[i].Sequence;
            }
            from = entries[count - 1].Sequence + 1;
        }
        return found;
    }

    /// <param name="KeyHash">Null for any key.</param>
    private readonly record struct Wanted(int Topic, ulong IdHash, ulong? KeyHash)
    {
        public bool Is(in IndexEntry entry) =>
            entry.IdHash == IdHash && entry.Topic == Topic && (entry.Flags & EventFlags.Addressed) == 0
                && (KeyHash is null || entry.KeyHash == KeyHash);
    }
}
