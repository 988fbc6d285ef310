using System.Collections.Immutable;
using Herald.Engine.Basics;
using Herald.Engine.Events;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Routing;

/// <summary>
/// Finds the subscriptions that receive an event of one topic. A filtered subscription is filed under the values of one of its clauses, so
/// an event costs one look-up for each attribute, not one test for each subscription.
/// </summary>
/// <remarks>
/// Immutable: a catalog change makes a new object, which shares the unchanged parts and continues to use the remembered routes.
/// </remarks>
internal sealed class TopicRoutes
{
    public static readonly TopicRoutes None = In(new RouteMemory(EngineOptions.UsualRouteMemory));

    // An anchor without any filter left is kept, because the stamp of its last change is still needed. At most half of all anchors plus
    // this number are such.
    private const int FewGone = 1000;

    // Rises with every change of the topic's subscriptions.
    private readonly long _stamp;
    private readonly ImmutableSortedDictionary<int, SubscriptionEntry> _subscriptions;
    private readonly Anchored _unfiltered;
    private readonly ImmutableDictionary<ulong, Anchored> _anchored;
    private readonly int _gone;
    private readonly RouteMemory _memory;

    // The topic's number in the memory; null while nothing has been remembered.
    private readonly long? _place;
    private readonly Lazy<Route[]> _all;

    private TopicRoutes(
        long stamp, ImmutableSortedDictionary<int, SubscriptionEntry> subscriptions, Anchored unfiltered,
        ImmutableDictionary<ulong, Anchored> anchored, int gone,
        RouteMemory memory, long? place)
    {
        (_stamp, _subscriptions, _unfiltered, _anchored, _gone, _memory, _place) = (stamp, subscriptions, unfiltered, anchored, gone, memory, place);
        _all = new(
            () => [.. _unfiltered.Numbers.SelectMany(number => _subscriptions[number].Revisions.Select(r => new Route(number, r.Number)))]);
    }

    /// <summary>A topic without subscriptions. Routes of its events will be remembered in this memory.</summary>
    public static TopicRoutes In(RouteMemory memory) => new(
        0, ImmutableSortedDictionary<int, SubscriptionEntry>.Empty, Anchored.Never, ImmutableDictionary<ulong, Anchored>.Empty, 0, memory,
        null);

    public IEnumerable<SubscriptionEntry> Subscriptions => _subscriptions.Values;

    /// <summary>
    /// The routes of an event whose type and attributes are lost. Only filters without clauses match: for any other filter, a match cannot
    /// be decided.
    /// </summary>
    public Route[] Unfiltered =>
        [.. _unfiltered.Numbers.SelectMany(number => _subscriptions[number].Revisions.Where(r => r.Filter.Clauses.Count == 0).Select(r => new Route(number, r.Number)))];

    internal int AnchorCount => _anchored.Count;

    /// <summary>The routes of an event, if they are known without its attributes.</summary>
    public bool TryFind(in IndexEntry entry, out Route[] routes)
    {
        if (_anchored.Count == _gone)
        {
            routes = _all.Value;
            return true;
        }
        routes = [];
        if (_memory.Find(_place!.Value, entry.RouteHash) is not { } remembered)
            return false;
        // Routes of a newer state cannot be used: this older object does not know what was added or removed since.
        if (remembered.Stamp > _stamp || (remembered.Stamp < _stamp && HasNews(remembered)))
            return false;
        if (remembered.Stamp < _stamp)
            _memory.Put(_place.Value, entry.RouteHash, remembered with { Stamp = _stamp });
        routes = remembered.Routes;
        return true;
    }

    public Route[] Find(in IndexEntry entry, EventView view)
    {
        var anchors = Anchors.Of(view);
        SortedSet<int>? candidates = null;
        Collect(_unfiltered);
        foreach (var anchor in anchors)
        {
            if (_anchored.TryGetValue(anchor, out var there))
                Collect(there);
        }
        var routes = candidates is null ? [] : Match(candidates, view);
        return _place is { } place ? _memory.Put(place, entry.RouteHash, new(anchors, routes, _stamp)).Routes : routes;

        void Collect(Anchored from)
        {
            if (from.Numbers.Count > 0)
                (candidates ??= []).UnionWith(from.Numbers);
        }
    }

    public TopicRoutes With(SubscriptionEntry entry) =>
        Replace(entry.Subscription.Number, entry, _subscriptions.SetItem(entry.Subscription.Number, entry));

    public TopicRoutes Without(int number) =>
        _subscriptions.ContainsKey(number) ? Replace(number, null, _subscriptions.Remove(number)) : this;

    // Filters that stay unchanged leave the remembered routes valid.
    private TopicRoutes Replace(int number, SubscriptionEntry? entry, ImmutableSortedDictionary<int, SubscriptionEntry> subscriptions)
    {
        var old = _subscriptions.GetValueOrDefault(number)?.Revisions ?? [];
        var next = entry?.Revisions ?? [];
        var (stamp, unfiltered, anchored, gone) = (_stamp + 1, _unfiltered, _anchored, _gone);
        Hang(old.Where(revision => !Has(next, revision)), there => there.Without(number, stamp));
        // Add all present filters again: a removed filter may have shared an anchor with another filter of the same subscription.
        Hang(next, there => there.With(number));
        Hang(next.Where(revision => !Has(old, revision)), there => there.With(number, stamp));
        if (gone <= anchored.Count / 2 + FewGone)
            return new(stamp, subscriptions, unfiltered, anchored, gone, _memory, _place ?? RouteMemory.NewTopic());
        return new(
            stamp, subscriptions, unfiltered, anchored.RemoveRange(anchored.Where(a => a.Value.Numbers.IsEmpty).Select(a => a.Key)), 0,
            _memory, RouteMemory.NewTopic());

        void Hang(IEnumerable<FilterRevision> revisions, Func<Anchored, Anchored> change)
        {
            foreach (var anchor in revisions.SelectMany(revision => Anchors.Of(revision.Filter)))
            {
                if (anchor is not { } key)
                {
                    unfiltered = change(unfiltered);
                    continue;
                }
                var before = anchored.GetValueOrDefault(key, Anchored.Never);
                var after = change(before);
                anchored = anchored.SetItem(key, after);
                gone += (after.Numbers.IsEmpty ? 1 : 0) - (before.Numbers.IsEmpty && before.ChangedAt > 0 ? 1 : 0);
            }
        }
    }

    private static bool Has(IReadOnlyList<FilterRevision> revisions, FilterRevision one) =>
        revisions.Any(revision => revision.Number == one.Number && revision.Filter == one.Filter);

    internal static bool Matches(Filter filter, string? type, IReadOnlyDictionary<string, string> attributes)
    {
        foreach (var clause in filter.Clauses)
        {
            var value = clause.IsType ? type : attributes.GetValueOrDefault(clause.Attribute);
            if (value is null || !clause.Values.Contains(value))
                return false;
        }
        return true;
    }

    private Route[] Match(SortedSet<int> candidates, EventView view)
    {
        var (type, attributes) = (view.TypeText, view.AttributesText());
        var routes = new List<Route>();
        foreach (var number in candidates)
        {
            foreach (var revision in _subscriptions[number].Revisions)
            {
                if (Matches(revision.Filter, type, attributes))
                    routes.Add(new Route(number, revision.Number));
            }
        }
        return [.. routes];
    }

    // True when a filter was added or removed since, under an anchor that the event has.
    private bool HasNews(RouteMemory.Remembered remembered)
    {
        if (_unfiltered.ChangedAt > remembered.Stamp)
            return true;
        foreach (var anchor in remembered.Anchors)
        {
            if (_anchored.TryGetValue(anchor, out var there) && there.ChangedAt > remembered.Stamp)
                return true;
        }
        return false;
    }

    /// <summary>The subscriptions that are filed under one anchor, or those without a filter.</summary>
    /// <param name="ChangedAt">The stamp of the last change in which a filter was added here or removed.</param>
    private readonly record struct Anchored(ImmutableSortedSet<int> Numbers, long ChangedAt)
    {
        public static readonly Anchored Never = new([], 0);

        public Anchored With(int number) => this with { Numbers = Numbers.Add(number) };

        public Anchored With(int number, long at) => new(Numbers.Add(number), at);

        public Anchored Without(int number, long at) => new(Numbers.Remove(number), at);
    }
}
