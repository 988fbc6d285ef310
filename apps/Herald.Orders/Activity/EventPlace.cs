using Herald.Engine.Events;

namespace Herald.Orders.Activity;

/// <summary>The place of an event in the logs.</summary>
internal readonly record struct EventPlace(ShardId Shard, long Sequence);
