using System.Collections.Immutable;
using Herald.Engine.Basics;
using Herald.Engine.Routing;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Catalogs;

/// <summary>
/// The part of the catalog that is in memory, at one version: some topics, each with all of its subscriptions. Immutable and replaced
/// whole, so readers never lock.
/// </summary>
/// <param name="Edition">Raised by every new snapshot. Snapshots of one version can differ in the topics that they contain.</param>
internal sealed record CatalogSnapshot(
    long Version,
    long Edition,
    ImmutableDictionary<int, CachedTopic> Topics,
    ImmutableDictionary<int, SubscriptionEntry> ByNumber,
    ImmutableDictionary<UInt128, int> ByAddress,
    RouteMemory Memory)
{
    public static readonly CatalogSnapshot Empty = In(new RouteMemory(EngineOptions.UsualRouteMemory));

    public static CatalogSnapshot In(RouteMemory memory) => new(
        0, 0, ImmutableDictionary<int, CachedTopic>.Empty, ImmutableDictionary<int, SubscriptionEntry>.Empty,
        ImmutableDictionary<UInt128, int>.Empty, memory);

    /// <summary>The count to which the bound applies: topics and their subscriptions.</summary>
    public int Size => Topics.Count + ByNumber.Count;

    public TopicRoutes RoutesOf(int topic) => Topics.TryGetValue(topic, out var cached) ? cached.Routes : TopicRoutes.None;

    /// <summary>A snapshot that also contains the topic, still without subscriptions.</summary>
    public CatalogSnapshot WithTopic(int topic) =>
        Topics.ContainsKey(topic)
            ? this
            : this with { Topics = Topics.SetItem(topic, new CachedTopic(TopicRoutes.In(Memory), new TopicUse(), Edition)) };

    public CatalogSnapshot WithoutTopic(int topic) => this with { Topics = Topics.Remove(topic) };

    /// <summary>A snapshot with this state of the subscription. Its topic must be in the snapshot.</summary>
    public CatalogSnapshot With(SubscriptionEntry entry, UInt128 address)
    {
        var (number, topic) = (entry.Subscription.Number, entry.Subscription.TopicNumber);
        var cached = Topics[topic];
        return this with
        {
            Topics = Topics.SetItem(topic, cached with { Routes = cached.Routes.With(entry), Edition = Edition }),
            ByNumber = ByNumber.SetItem(number, entry),
            ByAddress = ByAddress.SetItem(address, number),
        };
    }

    public CatalogSnapshot Without(int subscription, UInt128 address)
    {
        if (!ByNumber.TryGetValue(subscription, out var old))
            return this;
        var cached = Topics[old.Subscription.TopicNumber];
        return this with
        {
            Topics = Topics.SetItem(
                old.Subscription.TopicNumber, cached with { Routes = cached.Routes.Without(subscription), Edition = Edition }),
            ByNumber = ByNumber.Remove(subscription),
            ByAddress = ByAddress.Remove(address),
        };
    }
}

/// <param name="Edition">The edition that brought the topic or last changed it.</param>
internal sealed record CachedTopic(TopicRoutes Routes, TopicUse Use, long Edition);

/// <param name="Changed">Numbers of subscriptions that are new, changed, deleted, or no longer in memory.</param>
/// <param name="Releases">Orders to release held keys. Their shards may belong to other nodes.</param>
internal sealed record CatalogUpdate(CatalogSnapshot Snapshot, IReadOnlyCollection<int> Changed, IReadOnlyList<ReleaseOrder> Releases);
