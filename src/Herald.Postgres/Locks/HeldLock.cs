namespace Herald.Postgres.Locks;

/// <summary>A shard's row that another process keeps locked.</summary>
/// <param name="ProcessId">The database process that holds the row. 0 while it is not known, and for a prepared transaction, which has no
/// process.</param>
/// <param name="Process">What the database reports about the process: application and state.</param>
internal sealed record HeldLock(LockTable Table, int Shard, int ProcessId, string Process);
