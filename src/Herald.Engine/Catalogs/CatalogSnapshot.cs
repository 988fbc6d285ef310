using System.Collections.Immutable;
using Herald.Engine.Routing;

namespace Herald.Engine.Catalogs;

/// <summary>The whole catalog at one version. Immutable, swapped whole; readers never lock.</summary>
internal sealed record CatalogSnapshot(
    long Version,
    ImmutableSortedDictionary<string, Topic> Topics,
    ImmutableSortedDictionary<string, SubscriptionEntry> Subscriptions,
    ImmutableDictionary<int, SubscriptionEntry> ByNumber,
    ImmutableDictionary<ulong, int> ByAddress,
    ImmutableDictionary<int, TopicRoutes> Routes)
{
    public static readonly CatalogSnapshot Empty = new(
        0,
        ImmutableSortedDictionary.Create<string, Topic>(StringComparer.Ordinal),
        ImmutableSortedDictionary.Create<string, SubscriptionEntry>(StringComparer.Ordinal),
        ImmutableDictionary<int, SubscriptionEntry>.Empty,
        ImmutableDictionary<ulong, int>.Empty,
        ImmutableDictionary<int, TopicRoutes>.Empty);

    public TopicRoutes RoutesOf(int topic) => Routes.GetValueOrDefault(topic, TopicRoutes.None);
}

/// <param name="Changed">Numbers of the subscriptions that are new, changed or gone.</param>
internal sealed record CatalogUpdate(CatalogSnapshot Snapshot, IReadOnlyCollection<int> Changed);
