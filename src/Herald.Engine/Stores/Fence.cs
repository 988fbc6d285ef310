namespace Herald.Engine.Stores;

/// <summary>Names the owner of a shard to the store. An older epoch is refused.</summary>
public readonly record struct Fence(ShardId Shard, long Epoch);
