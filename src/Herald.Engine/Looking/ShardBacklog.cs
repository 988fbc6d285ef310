namespace Herald.Engine.Looking;

/// <summary>What a subscription has still to do in one shard.</summary>
/// <param name="Waiting">Log entries not yet settled, at most.</param>
/// <param name="Lowest">The oldest sequence that is unsettled; 0 when there is none.</param>
internal readonly record struct ShardBacklog(ShardLag Lag, long Waiting, int Held, bool Behind, long Lowest);
