namespace Herald.Postgres.Locking;

/// <summary>A shard's row that somebody keeps locked.</summary>
/// <param name="ProcessId">The database's process that holds the row; 0 while that is not known, and for a prepared transaction, which has none.</param>
/// <param name="Process">What the database tells of it: application and state.</param>
internal sealed record HeldLock(LockTable Table, int Shard, int ProcessId, string Process);
