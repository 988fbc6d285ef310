namespace Herald.Postgres.Locks;

/// <summary>Tables with one row for each shard that is only used for locking.</summary>
internal enum LockTable
{
    /// <summary>Locked by each transaction that appends to the shard.</summary>
    Log,

    /// <summary>Locked by each transaction that commits for the shard or takes it over.</summary>
    Owner,
}
