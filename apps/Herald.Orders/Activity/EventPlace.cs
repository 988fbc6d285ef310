using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.Orders.Activity;

/// <summary>The place of an event in the logs.</summary>
internal readonly record struct EventPlace(ShardId Shard, long Sequence);
