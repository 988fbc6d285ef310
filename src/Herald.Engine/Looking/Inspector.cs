using Herald.Engine.Catalogs;

namespace Herald.Engine.Looking;

/// <summary>Answers "where is it?" for events, deliveries and keys. Asks shards for their state; changes nothing.</summary>
public sealed class Inspector
{
    /// <summary>The newest event with this id, or null. Without the key every shard is searched.</summary>
    public ValueTask<EventStory?> FindEventAsync(Topic topic, string id, string? key, CancellationToken cancel) => throw new InvalidOperationException();

    /// <summary>Unsettled deliveries that are being worked on, in shard and sequence order.</summary>
    public ValueTask<Page<DeliveryView>> DeliveriesAsync(string subscriptionId, int limit, string? cursor, CancellationToken cancel) => throw new InvalidOperationException();

    public ValueTask<Page<BlockedKeyView>> BlockedKeysAsync(string subscriptionId, int limit, string? cursor, CancellationToken cancel) => throw new InvalidOperationException();

    public ValueTask<SubscriptionLag?> LagAsync(string subscriptionId, CancellationToken cancel) => throw new InvalidOperationException();

    /// <summary>Events of a topic as they are accepted, from now on, until cancelled. Slow readers skip nothing: they read the log.</summary>
    public IAsyncEnumerable<TailedEvent> TailAsync(Topic topic, CancellationToken cancel) => throw new InvalidOperationException();
}
