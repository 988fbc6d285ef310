namespace Herald.Postgres.Appending;

/// <summary>The last event of a shard.</summary>
internal readonly record struct ShardHead(long Sequence, long AcceptedAtMs);
