using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using Herald.Engine.Catalogs;
using Herald.Engine.Events;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Routing;

/// <summary>
/// Who wants the events of one topic. Filtered subscriptions hang on the values of one clause of theirs, so that an event costs a
/// look-up per attribute, not a test per subscription. Immutable: a catalog change makes a new one that shares what stayed.
/// </summary>
internal sealed class TopicRoutes
{
    // Distinct (type, attributes) whose routes are remembered; past it the memory starts anew.
    private const int MostRemembered = 100_000;

    public static readonly TopicRoutes None = new(
        ImmutableSortedDictionary<int, SubscriptionEntry>.Empty, [], ImmutableDictionary<Anchor, ImmutableSortedSet<int>>.Empty);

    private readonly ImmutableSortedDictionary<int, SubscriptionEntry> _subscriptions;
    private readonly ImmutableSortedSet<int> _unfiltered;
    private readonly ImmutableDictionary<Anchor, ImmutableSortedSet<int>> _anchored;
    private readonly ConcurrentDictionary<UInt128, Route[]> _remembered = new();
    private readonly Lazy<Route[]> _all;

    private TopicRoutes(
        ImmutableSortedDictionary<int, SubscriptionEntry> subscriptions, ImmutableSortedSet<int> unfiltered,
        ImmutableDictionary<Anchor, ImmutableSortedSet<int>> anchored)
    {
        (_subscriptions, _unfiltered, _anchored) = (subscriptions, unfiltered, anchored);
        _all = new(() => [.. _unfiltered.SelectMany(number => _subscriptions[number].Revisions.Select(r => new Route(number, r.Number)))]);
    }

    public IEnumerable<SubscriptionEntry> Subscriptions => _subscriptions.Values;

    /// <summary>The routes of an event if they are known without its attributes.</summary>
    public bool TryFind(in IndexEntry entry, out Route[] routes)
    {
        if (_anchored.IsEmpty)
        {
            routes = _all.Value;
            return true;
        }
        return _remembered.TryGetValue(entry.RouteHash, out routes!);
    }

    public Route[] Find(in IndexEntry entry, EventView view)
    {
        var type = view.TypeText;
        var attributes = view.AttributesText();
        var candidates = new SortedSet<int>(_unfiltered);
        if (type is not null)
            Collect(candidates, new Anchor(Filter.TypeClause, true, type));
        foreach (var (name, value) in attributes)
            Collect(candidates, new Anchor(name, false, value));
        var routes = new List<Route>();
        foreach (var number in candidates)
        {
            foreach (var revision in _subscriptions[number].Revisions)
            {
                if (Matches(revision.Filter, type, attributes))
                    routes.Add(new Route(number, revision.Number));
            }
        }
        if (_remembered.Count >= MostRemembered)
            _remembered.Clear();
        return _remembered[entry.RouteHash] = [.. routes];
    }

    public TopicRoutes With(SubscriptionEntry entry)
    {
        var without = Without(entry.Subscription.Number);
        var (unfiltered, anchored) = (without._unfiltered, without._anchored);
        foreach (var anchor in AnchorsOf(entry))
        {
            if (anchor is { } key)
                anchored = anchored.SetItem(key, anchored.GetValueOrDefault(key, []).Add(entry.Subscription.Number));
            else
                unfiltered = unfiltered.Add(entry.Subscription.Number);
        }
        return new(without._subscriptions.SetItem(entry.Subscription.Number, entry), unfiltered, anchored);
    }

    public TopicRoutes Without(int number)
    {
        if (!_subscriptions.TryGetValue(number, out var old))
            return this;
        var anchored = _anchored;
        foreach (var anchor in AnchorsOf(old))
        {
            if (anchor is { } key && anchored.TryGetValue(key, out var numbers))
                anchored = numbers.Remove(number) is { Count: > 0 } rest ? anchored.SetItem(key, rest) : anchored.Remove(key);
        }
        return new(_subscriptions.Remove(number), _unfiltered.Remove(number), anchored);
    }

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

    // One anchor per value of the clause with the fewest values, for each revision; null stands for "wants everything".
    private static IEnumerable<Anchor?> AnchorsOf(SubscriptionEntry entry)
    {
        foreach (var revision in entry.Revisions)
        {
            var clause = revision.Filter.Clauses.MinBy(c => (c.Values.Count, c.IsType));
            if (clause is null)
            {
                yield return null;
                continue;
            }
            foreach (var value in clause.Values)
                yield return new Anchor(clause.Attribute, clause.IsType, value);
        }
    }

    private void Collect(SortedSet<int> into, Anchor anchor)
    {
        if (_anchored.TryGetValue(anchor, out var numbers))
            into.UnionWith(numbers);
    }

    private readonly record struct Anchor(string Attribute, bool IsType, string Value);
}
