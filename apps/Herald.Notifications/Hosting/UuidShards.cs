using Herald.Engine;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Herald.Notifications.Posts;

namespace Herald.Notifications.Hosting;

/// <summary>The shard of each uuid, which is the key of its events.</summary>
internal sealed class UuidShards(HeraldEngine engine)
{
    private volatile Topic? _last;

    public ShardId ShardOf(Guid uuid)
    {
        Span<byte> key = stackalloc byte[PostUuid.TextLength];
        _ = uuid.TryFormat(key, out _, "D");
        // This node can have forgotten a topic that it has not used for a while. The number of a topic never changes.
        var topic = engine.Catalog.FindKnownTopic(NotificationEvents.Topic) ?? _last
            ?? throw new StoreUnavailableException($"The topic {NotificationEvents.Topic} is not known yet.");
        _last = topic;
        return engine.Intake.ShardOf(topic, key);
    }
}
