using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.Orders.Activity;

/// <summary>Where an event stands in the logs.</summary>
internal readonly record struct EventPlace(ShardId Shard, long Sequence);
