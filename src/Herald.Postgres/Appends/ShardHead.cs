namespace Herald.Postgres.Appends;

/// <summary>The last event of a shard.</summary>
internal readonly record struct ShardHead(long Sequence, long AcceptedAtMs);
