using Herald.Engine.Stores;

namespace Herald.Engine.Applications;

/// <summary>
/// An application in this process. It reads a topic, and what it makes of it (state, events, dead letters) is saved with how far it has read: all
/// or nothing. So each event has its effect exactly once, whatever crashes and whichever node works. Users, orders, accounts are keys: shards divide them.
/// </summary>
public interface IApplication
{
    /// <summary>Names its state and its place in the log: stays the same for ever. 1 to 64 letters, digits, <c>-</c>.</summary>
    string Name { get; }

    /// <summary>What it reads, from the first event that is kept.</summary>
    string Topic { get; }

    /// <summary>A shard begins to run on this node.</summary>
    IShardApplication Begin(ShardId shard);
}
