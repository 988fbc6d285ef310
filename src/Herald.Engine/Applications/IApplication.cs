using Herald.Engine.Basics;
using Herald.Engine.Events;

namespace Herald.Engine.Applications;

/// <summary>An application in this process. It reads a topic.</summary>
/// <remarks>
/// Its changes (state, events, dead letters) are saved together with how far it has read, all or nothing. So each event has its effect
/// exactly once, through crashes and changes of the owner. Users, orders or accounts are keys, which the shards divide.
/// </remarks>
public interface IApplication
{
    /// <summary>The tenant of its topic, of its state, and of the topics for which it makes events. It must never change.</summary>
    TenantId Tenant => default;

    /// <summary>Names its state and its place in the log, so it must never change. 1 to 64 letters, digits, <c>-</c>.</summary>
    string Name { get; }

    /// <summary>The topic that it reads, from the first event that is kept.</summary>
    string Topic { get; }

    /// <summary>Called when a shard begins to run on this node.</summary>
    IShardApplication Begin(ShardId shard);
}
