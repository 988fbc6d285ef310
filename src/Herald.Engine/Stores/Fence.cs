using Herald.Engine.Events;

namespace Herald.Engine.Stores;

/// <summary>Names the owner of a shard to the store. The store refuses an old epoch.</summary>
public readonly record struct Fence(ShardId Shard, long Epoch);
