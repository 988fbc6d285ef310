namespace Herald.Postgres.Locking;

/// <summary>Tables with a row a shard that is locked, and nothing else.</summary>
internal enum LockTable
{
    /// <summary>Locked by whoever appends to the shard.</summary>
    Log,

    /// <summary>Locked by whoever commits for the shard, or takes it.</summary>
    Owner,
}
