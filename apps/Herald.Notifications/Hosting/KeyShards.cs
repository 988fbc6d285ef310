using System.Text;
using Herald.Engine;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;

namespace Herald.Notifications.Hosting;

/// <summary>The shards of the keys of one of the application's topics.</summary>
internal sealed class KeyShards(HeraldEngine engine, string topic)
{
    private volatile Topic? _last;

    public ShardId ShardOf(Guid uuid) => ShardOf($"{uuid:D}");

    public ShardId ShardOf(string key)
    {
        // This node can have forgotten a topic that it has not used for a while. The number of a topic never changes.
        var known = engine.Catalog.FindKnownTopic(topic) ?? _last ?? throw new StoreUnavailableException($"The topic {topic} is not known yet.");
        _last = known;
        return engine.Intake.ShardOf(known, Encoding.UTF8.GetBytes(key));
    }
}
