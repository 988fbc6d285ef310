namespace Herald.Engine.Inspection;

/// <summary>The work that a subscription still has in one shard.</summary>
/// <param name="Waiting">The most log entries that can be unsettled.</param>
/// <param name="Lowest">The oldest unsettled sequence; 0 when there is none.</param>
internal readonly record struct ShardBacklog(ShardLag Lag, long Waiting, int Held, bool Behind, long Lowest);
