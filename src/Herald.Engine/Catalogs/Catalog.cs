using Herald.Engine.Subscriptions;

namespace Herald.Engine.Catalogs;

/// <summary>Topics and subscriptions: what is asked for here is durable and in force everywhere on this node when the call completes.</summary>
public sealed class Catalog
{
    public Topic? FindTopic(string name) => throw new InvalidOperationException();

    /// <summary>By name, in ordinal order.</summary>
    public Page<Topic> Topics(int limit, string? cursor) => throw new InvalidOperationException();

    public ValueTask<CatalogResult<Topic>> PutTopicAsync(string name, CancellationToken cancel) => throw new InvalidOperationException();

    /// <summary>With <paramref name="force"/> its subscriptions go too; without, a topic that has some is in use.</summary>
    public ValueTask<CatalogResult<Topic>> DeleteTopicAsync(string name, bool force, CancellationToken cancel) => throw new InvalidOperationException();

    public Subscription? FindSubscription(string id) => throw new InvalidOperationException();

    /// <summary>By id, in ordinal order.</summary>
    public Page<Subscription> Subscriptions(string? topic, int limit, string? cursor) => throw new InvalidOperationException();

    /// <summary>Creates or changes. <paramref name="from"/> only counts for a new one; <paramref name="ifVersion"/> 0 means "must not exist".</summary>
    public ValueTask<CatalogResult<Subscription>> PutSubscriptionAsync(SubscriptionDraft draft, StartFrom from, long? ifVersion, CancellationToken cancel) => throw new InvalidOperationException();

    public ValueTask<CatalogResult<Subscription>> DeleteSubscriptionAsync(string id, long? ifVersion, CancellationToken cancel) => throw new InvalidOperationException();

    public ValueTask<CatalogResult<Subscription>> PauseAsync(string id, CancellationToken cancel) => throw new InvalidOperationException();

    /// <summary>Also for one that Herald disabled; waiting heads become due at once, spread.</summary>
    public ValueTask<CatalogResult<Subscription>> ResumeAsync(string id, CancellationToken cancel) => throw new InvalidOperationException();

    /// <summary>The new secret signs at once; the old one signs as well until the overlap is over.</summary>
    public ValueTask<CatalogResult<Subscription>> RotateSecretAsync(string id, ReadOnlyMemory<byte>? secret, TimeSpan overlap, CancellationToken cancel) => throw new InvalidOperationException();

    /// <summary>Rewinds, as a new generation.</summary>
    public ValueTask<CatalogResult<Subscription>> ReplayAsync(string id, StartFrom from, CancellationToken cancel) => throw new InvalidOperationException();
}
