using Herald.Engine.Catalogs;
using Herald.Engine.Events;
using Herald.Engine.Routing;
using Herald.Engine.Stores;

namespace Herald.Engine.Shards;

/// <summary>Finds the routes of index entries. Most are known from the hash of type and attributes.</summary>
/// <remarks>Events with an unknown hash are read, all those of a chunk in one call. One router for each shard. Not thread-safe.</remarks>
internal sealed class Router(IEventLog log, ShardId shard) : IEventSink
{
    private readonly List<int> _unknown = [];
    private RoutedEntry[] _routed = [];
    private CatalogSnapshot _catalog = CatalogSnapshot.Empty;
    private int _next;

    public async ValueTask<ReadOnlyMemory<RoutedEntry>> RouteAsync(ReadOnlyMemory<IndexEntry> entries, CatalogSnapshot catalog, CancellationToken cancel)
    {
        if (_routed.Length < entries.Length)
            _routed = new RoutedEntry[entries.Length];
        _catalog = catalog;
        RouteKnown(entries.Span);
        if (_unknown.Count > 0)
        {
            _next = 0;
            var sequences = _unknown.Select(i => _routed[i].Entry.Sequence).ToArray();
            await log.ReadEventsAsync(shard, sequences, this, cancel);
        }
        return _routed.AsMemory(0, entries.Length);
    }

    void IEventSink.OnEvent(long sequence, ReadOnlySpan<byte> record)
    {
        // Sequences ascend. An event that is no longer kept is skipped and gets no routes, because there is nothing to send.
        while (_routed[_unknown[_next]].Entry.Sequence != sequence)
            _next++;
        var entry = _routed[_unknown[_next]].Entry;
        _routed[_unknown[_next]] = new RoutedEntry(entry, _catalog.RoutesOf(entry.Topic).Find(entry, EventView.HeadOf(record)));
    }

    void IEventSink.OnDamaged(long sequence, string damage)
    {
        while (_routed[_unknown[_next]].Entry.Sequence != sequence)
            _next++;
        var entry = _routed[_unknown[_next]].Entry;
        _routed[_unknown[_next]] = new RoutedEntry(entry, _catalog.RoutesOf(entry.Topic).Unfiltered, IsUnreadable: true);
    }

    private void RouteKnown(ReadOnlySpan<IndexEntry> entries)
    {
        _unknown.Clear(); // the reading before may have failed half-way
        for (var i = 0; i < entries.Length; i++)
        {
            ref readonly var entry = ref entries[i];
            Route[] routes;
            if ((entry.Flags & EventFlags.Addressed) != 0)
                routes = _catalog.ByAddress.TryGetValue(entry.RouteHash, out var number) ? [new Route(number, Route.Addressed)] : [];
            else if ((entry.Flags & EventFlags.Rejected) != 0)
                routes = [];
            else if (!_catalog.RoutesOf(entry.Topic).TryFind(entry, out routes))
                _unknown.Add(i);
            _routed[i] = new RoutedEntry(entry, routes ?? []);
        }
    }
}
