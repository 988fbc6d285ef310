using System.Buffers.Text;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Orders.Readers;

namespace Herald.Orders.Activity;

/// <summary>
/// Finds the customers of index entries without reading every event: it reads one event per new route hash. Not thread-safe.
/// </summary>
/// <remarks>
/// It remembers hashes in two generations. When the young one is full, it replaces the old one, and hashes that have not been used since
/// are read again.
/// </remarks>
internal sealed class RouteMeanings(IEventLog log, int most)
{
    private Dictionary<UInt128, RouteMeaning> _young = [], _old = [];

    /// <summary>Learns the hashes of all wanted entries. Those whose events are no longer kept stay unknown.</summary>
    public async ValueTask LearnAsync(
        ShardId shard, ReadOnlyMemory<IndexEntry> entries, Func<IndexEntry, bool> wanted, CancellationToken cancel)
    {
        var unknown = new Dictionary<UInt128, long>();
        for (var i = 0; i < entries.Length; i++)
        {
            var entry = entries.Span[i];
            if (wanted(entry) && !TryFind(entry.RouteHash, out _))
                unknown.TryAdd(entry.RouteHash, entry.Sequence);
        }
        if (unknown.Count == 0)
            return;
        var sink = new Sink();
        await log.ReadEventsAsync(shard, unknown.Values.Order().ToArray(), sink, cancel);
        foreach (var (hash, sequence) in unknown)
        {
            if (sink.Meanings.TryGetValue(sequence, out var meaning))
                Remember(hash, meaning);
        }
    }

    public bool TryFind(UInt128 hash, out RouteMeaning meaning)
    {
        if (_young.TryGetValue(hash, out meaning))
            return true;
        if (!_old.TryGetValue(hash, out meaning))
            return false;
        Remember(hash, meaning);
        return true;
    }

    private void Remember(UInt128 hash, RouteMeaning meaning)
    {
        if (_young.Count >= most)
            (_old, _young) = (_young, []);
        _young[hash] = meaning;
    }

    private sealed class Sink : IEventSink
    {
        public Dictionary<long, RouteMeaning> Meanings { get; } = [];

        public void OnEvent(long sequence, ReadOnlySpan<byte> record)
        {
            var (customer, epoch) = (default(Guid?), 0L);
            foreach (var (name, value) in new EventView(record.ToArray()))
            {
                if (name.SequenceEqual(OrderEvents.CustomerAttributeUtf8) && Uuid.TryParse(value, out var uuid))
                    customer = uuid;
                else if (name.SequenceEqual("epoch"u8))
                    _ = Utf8Parser.TryParse(value, out epoch, out _);
            }
            Meanings[sequence] = new(customer, epoch);
        }

        /// <summary>The hash stays unknown until another event with the same attributes arrives.</summary>
        public void OnDamaged(long sequence, string damage) { }
    }
}
