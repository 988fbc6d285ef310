using Herald.Engine.Events;

namespace Herald.Engine.Stores;

/// <summary>The key of an entry of application state. Each shard has entries of its own.</summary>
public readonly record struct StateKey(ShardId Shard, ReadOnlyMemory<byte> Key);
