using Herald.Engine.Stores;

namespace Herald.Contracts.Stores;

/// <summary>One node's access to a store: what it owns and what it saves.</summary>
/// <param name="Close">Closes the node cleanly, or does nothing when it is closed.</param>
public sealed record StoreNode(IOwnership Ownership, IShardStore Shards, Func<ValueTask> Close);
