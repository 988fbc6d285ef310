using Herald.Engine.Stores;

namespace Herald.Orders.Watching;

/// <summary>Where an event stands in the logs.</summary>
internal readonly record struct EventPlace(ShardId Shard, long Sequence);
