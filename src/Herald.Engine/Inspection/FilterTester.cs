using Herald.Engine.Events;
using Herald.Engine.Routing;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Inspection;

/// <summary>
/// Tells which entries of a log one subscription gets. For one query; not thread-safe. Whole events are read only for filters with clauses,
/// and only while the answer for their type and attributes is not known.
/// </summary>
/// <remarks>
/// It does not use the routes that the shards remember. A backlog can have very many routes, which nobody else needs, and would displace
/// those of the events that are delivered now.
/// </remarks>
/// <param name="address">The route hash of events that are addressed to the subscription.</param>
internal sealed class FilterTester(IEventLog log, SubscriptionEntry entry, UInt128 address) : IEventSink
{
    private const int MostRemembered = 20_000;

    private readonly Dictionary<(int Revision, UInt128 RouteHash), bool> _known = [];

    // Of the present reading.
    private readonly Dictionary<long, (int Revision, UInt128 RouteHash)> _unread = [];
    private List<long> _matches = [];

    /// <summary>
    /// Tests entries from the first one on, until events of <see cref="EventFinder.MostBytesAtOnce"/> are read. Returns how many it has
    /// tested, at least one.
    /// </summary>
    /// <param name="entries">Entries of the subscription's topic, in order.</param>
    /// <param name="matches">Gets the sequences that the subscription gets, in any order.</param>
    public async ValueTask<int> TestAsync(ShardId shard, ReadOnlyMemory<IndexEntry> entries, List<long> matches, CancellationToken cancel)
    {
        _unread.Clear(); // the reading before may have failed half-way
        var (tested, bytes) = (0, 0L);
        for (; tested < entries.Length; tested++)
        {
            var one = entries.Span[tested];
            var revision = entry.RevisionAt(shard, one.Sequence);
            if (IsMatch(one, revision) is not { } isMatch)
            {
                bytes += one.Size;
                if (_unread.Count > 0 && bytes > EventFinder.MostBytesAtOnce)
                    break;
                _unread.Add(one.Sequence, (revision, one.RouteHash));
            }
            else if (isMatch)
            {
                matches.Add(one.Sequence);
            }
        }
        if (_unread.Count > 0)
        {
            _matches = matches;
            await log.ReadEventsAsync(shard, _unread.Keys.Order().ToArray(), this, cancel);
        }
        return tested;
    }

    // An event that is no longer kept is not given, and does not match, because there is nothing to send.
    void IEventSink.OnEvent(long sequence, ReadOnlySpan<byte> record)
    {
        var (revision, routeHash) = _unread[sequence];
        var view = EventView.HeadOf(record);
        var isMatch = TopicRoutes.Matches(FilterOf(revision), view.TypeText, view.AttributesText());
        if (_known.Count >= MostRemembered)
            _known.Clear();
        _known[(revision, routeHash)] = isMatch;
        if (isMatch)
            _matches.Add(sequence);
    }

    void IEventSink.OnDamaged(long sequence, string damage)
    {
        // Its type and attributes are lost, so no filter with a clause matches.
    }

    /// <summary>Null when the event must be read.</summary>
    private bool? IsMatch(in IndexEntry one, int revision)
    {
        if (revision == 0 || (one.Flags & EventFlags.Rejected) != 0)
            return false;
        if ((one.Flags & EventFlags.Addressed) != 0)
            return one.RouteHash == address;
        if (FilterOf(revision).Clauses.Count == 0)
            return true;
        return _known.TryGetValue((revision, one.RouteHash), out var known) ? known : null;
    }

    private Filter FilterOf(int revision) => entry.Revisions.First(one => one.Number == revision).Filter;
}
