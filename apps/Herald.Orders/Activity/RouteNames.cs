using System.Buffers.Text;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Orders.Readers;

namespace Herald.Orders.Activity;

/// <summary>
/// Whose the entries of an index are, without reading their events again and again: one event is read for each route hash that is new. What
/// has not been asked for since twice the bound of others is forgotten, and read again. Not thread-safe.
/// </summary>
internal sealed class RouteNames(IEventLog log, int most)
{
    private Dictionary<UInt128, RouteName> _young = [], _old = [];

    /// <summary>Makes sure of all entries that are wanted; those that are no longer kept stay unknown.</summary>
    public async ValueTask LearnAsync(ShardId shard, ReadOnlyMemory<IndexEntry> entries, Func<IndexEntry, bool> wanted, CancellationToken cancel)
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
            if (sink.Names.TryGetValue(sequence, out var name))
                Remember(hash, name);
        }
    }

    public bool TryFind(UInt128 hash, out RouteName name)
    {
        if (_young.TryGetValue(hash, out name))
            return true;
        if (!_old.TryGetValue(hash, out name))
            return false;
        Remember(hash, name);
        return true;
    }

    private void Remember(UInt128 hash, RouteName name)
    {
        if (_young.Count >= most)
            (_old, _young) = (_young, []);
        _young[hash] = name;
    }

    private sealed class Sink : IEventSink
    {
        public Dictionary<long, RouteName> Names { get; } = [];

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
            Names[sequence] = new(customer, epoch);
        }

        /// <summary>Nobody's, until another event with the same attributes comes.</summary>
        public void OnDamaged(long sequence, string damage) { }
    }
}
