using Npgsql;

namespace Herald.Postgres.Connections;

/// <summary>Bounds on how long a transaction can block others.</summary>
/// <remarks>
/// Each transaction sets them in its first statement, because a pooler does not keep session settings. A transaction that waits too long
/// for a lock gives up, and the other work goes on without that row. If its client dies, stands still or is cut off, the server ends the
/// transaction, which releases its locks.
/// </remarks>
internal static class TransactionBounds
{
    // A transaction that needs many rows gives up first, because it holds some of them while it waits for the next.
    private static readonly TimeSpan OneLock = TimeSpan.FromSeconds(1), ManyLocks = OneLock / 2, NoLock = OneLock / 10;

    /// <summary>How long a client can be silent within a transaction. A healthy client sends its next statement at once.</summary>
    /// <remarks>
    /// By default this is less than the 5.5 s (lease and margin) after which other nodes take over the shards of a silent node.
    /// </remarks>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan OneStatement = TimeSpan.FromSeconds(30);

    private static readonly string Usual = Sql(OneLock), Wide = Sql(ManyLocks), Brief = Sql(NoLock);

    /// <summary>Adds a statement to the batch, so the caller must skip the batch's first answer.</summary>
    public static NpgsqlBatch WithBounds(this NpgsqlBatch batch) => batch.With(Usual);

    /// <summary>For a transaction that locks rows of many shards.</summary>
    public static NpgsqlBatch WithWideBounds(this NpgsqlBatch batch) => batch.With(Wide);

    /// <summary>For work between renewals of leases. If it fails, the next renewal does it.</summary>
    public static NpgsqlBatch WithBriefBounds(this NpgsqlBatch batch) => batch.With(Brief);

    /// <param name="lockFor">How long to wait for a single lock.</param>
    public static string Sql(TimeSpan lockFor) =>
        $"select set_config('lock_timeout', '{lockFor.TotalMilliseconds}ms', true), set_config('statement_timeout', '{OneStatement.TotalMilliseconds}ms', true), "
        + $"set_config('idle_in_transaction_session_timeout', '{Silence.TotalMilliseconds}ms', true)";
}
