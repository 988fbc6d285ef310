using Npgsql;

namespace Herald.Postgres.Connecting;

/// <summary>
/// How long a transaction may keep others waiting: said by the transaction itself, first of all, since a pooler leaves no session to say it to.
/// One that waits for a lock gives up, and the rest of the work goes on without that row; one whose client has died, stands still or is cut off
/// is ended by the server, and its locks with it.
/// </summary>
internal static class TransactionBounds
{
    // Whoever needs many rows gives up first: it holds those that it has while it waits for the next.
    private static readonly TimeSpan OneLock = TimeSpan.FromSeconds(1), ManyLocks = OneLock / 2, NoLock = OneLock / 10;

    /// <summary>A client in the middle of a transaction has something to say at once. Much less than a lease and what comes on top.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan OneStatement = TimeSpan.FromSeconds(30);

    private static readonly string Usual = Sql(OneLock), Wide = Sql(ManyLocks), Brief = Sql(NoLock);

    /// <summary>The first answer of the batch is its own, and to be passed over.</summary>
    public static NpgsqlBatch WithBounds(this NpgsqlBatch batch) => batch.With(Usual);

    /// <summary>For what locks rows of many shards.</summary>
    public static NpgsqlBatch WithWideBounds(this NpgsqlBatch batch) => batch.With(Wide);

    /// <summary>For what is done between renewals of leases, and can be done with the next one.</summary>
    public static NpgsqlBatch WithBriefBounds(this NpgsqlBatch batch) => batch.With(Brief);

    /// <param name="lockFor">How long a single lock is waited for.</param>
    public static string Sql(TimeSpan lockFor) =>
        $"select set_config('lock_timeout', '{lockFor.TotalMilliseconds}ms', true), set_config('statement_timeout', '{OneStatement.TotalMilliseconds}ms', true), "
        + $"set_config('idle_in_transaction_session_timeout', '{Silence.TotalMilliseconds}ms', true)";
}
