using Herald.Engine.Subscriptions;

namespace Herald.Engine.Catalogs;

/// <summary>
/// A topic with all of its subscriptions as this node knows them. It stays in memory and follows changes until it is disposed.
/// </summary>
/// <remarks>
/// It is for applications that look at many subscriptions often. A write that is decided on this data must name the version that was seen.
/// </remarks>
public sealed class HeldTopic : IDisposable
{
    private readonly CatalogCache _cache;
    private readonly TopicHolds _holds;

    internal HeldTopic(Topic topic, CatalogCache cache, TopicHolds holds) => (Topic, _cache, _holds) = (topic, cache, holds);

    public Topic Topic { get; }

    /// <summary>The catalog version that this node has reached.</summary>
    public long Version => _cache.Snapshot.Version;

    public IEnumerable<Subscription> Subscriptions =>
        _cache.Snapshot.RoutesOf(Topic.Number).Subscriptions.Select(entry => entry.Subscription);

    public Subscription? Find(string id) =>
        _cache.Find(Topic.Tenant.FullName(id)) is { } found && found.TopicNumber == Topic.Number ? found : null;

    public void Dispose() => _holds.Dispose();
}
