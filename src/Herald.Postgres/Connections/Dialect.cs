namespace Herald.Postgres.Connections;

/// <summary>
/// Everything that only PostgreSQL has is in this file. Every other statement keeps to what CockroachDB documents too, but has not been
/// tried there.
/// </summary>
internal sealed class Dialect(bool isPostgres)
{
    public const string VersionSql = "select version()";

    public static Dialect Of(string version) => new(version.StartsWith("PostgreSQL", StringComparison.Ordinal));

    /// <summary>
    /// Whether a transaction of this isolation level sees what others committed while it waited for a lock. In PostgreSQL only 'read
    /// committed' does. CockroachDB's 'serializable' restarts such a transaction.
    /// </summary>
    public bool MayIsolateBy(string level) => isPostgres ? level is "read committed" or "read uncommitted" : level is not "repeatable read";

    /// <summary>Whether LISTEN and NOTIFY exist.</summary>
    public bool CanNotify => isPostgres;

    public static string NotifySql => "select pg_notify($1, $2)";

    /// <param name="text">A query that returns the text to send.</param>
    public static string NoticeSql(string text) => $"select pg_notify($1, ({text}))";

    public static string ListenSql(string channel) => $"listen \"{channel}\"";

    /// <summary>Whether there are locks that belong to a connection and end with it.</summary>
    public bool HasSessionLocks => isPostgres;

    public const string TryHoldSql = "select pg_try_advisory_lock($1)";

    /// <summary>Returns once no other session holds the lock.</summary>
    public const string AwaitEndSql = "select pg_advisory_xact_lock_shared($1)";

    /// <summary>The time the database server started. All locks that were held before are gone.</summary>
    public const string ServerStart = "pg_postmaster_start_time()";

    public static string IsFree(string session) => $"pg_try_advisory_xact_lock_shared({session})";

    /// <summary>Records are always read as a whole, and compressing large ones costs more than it saves.</summary>
    public string? KeepUncompressed(string table, string column) =>
        isPostgres ? $"alter table {table} alter column {column} set storage external" : null;

    /// <summary>Bytes of all tables of a schema, including indexes and values stored outside of rows.</summary>
    public string? SizeSql => isPostgres
        ? "select coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relkind = 'r'"
        : null;

    /// <summary>Bytes of one table and its indexes.</summary>
    public string? TableSizeSql => isPostgres ? "select pg_total_relation_size(to_regclass($1))" : null;

    /// <summary>Bytes of one table's rows, without indexes.</summary>
    public string? HeapSizeSql => isPostgres ? "select pg_relation_size(to_regclass($1))" : null;

    /// <summary>Makes the transaction's commit not wait for the disk. A crash of the database can lose that commit.</summary>
    public string? CommitLazily => isPostgres ? "select set_config('synchronous_commit', 'off', true)" : null;

    /// <summary>The id of the database process that serves this connection.</summary>
    public const string ProcessIdSql = "select pg_backend_pid()";

    /// <summary>Finds the process that holds the lock for which process $1 waits.</summary>
    /// <remarks>
    /// Returns its id, a description, and whether it is a node of Herald that waits for a lock itself; such a node gives up soon, so it
    /// does not count as holder. Skips processes that only queue for the same row: each of them waits for the one before it (a lock of the
    /// type tuple), and only the first waits for the holder. Ends a node of Herald that holds the lock and has been silent for $2: its
    /// machine is suspended or cut off. The database then rolls back its transaction, as after a crash.
    /// </remarks>
    public const string HoldersSql =
        """
        with recursive waiter(pid) as (
            select $1 from (select pg_sleep(0.02) offset 0) s
            union
            select unnest(pg_blocking_pids(w.pid)) from waiter w
            where exists (select 1 from pg_locks l where l.pid = w.pid and not l.granted and l.locktype = 'tuple')),
        holder(pid) as (
            select unnest(pg_blocking_pids(w.pid)) from waiter w
            where not exists (select 1 from pg_locks l where l.pid = w.pid and not l.granted and l.locktype = 'tuple')),
        known as (
            select h.pid, a.application_name, a.usename, a.state, a.wait_event_type, a.wait_event, a.state_change,
                a.application_name = current_setting('application_name') and a.usename = current_user and a.backend_type = 'client backend' as is_ours
            from holder h left join pg_stat_activity a on a.pid = h.pid)
        select k.pid,
            case when k.pid = 0 then 'a prepared transaction' else concat_ws(', ', coalesce(nullif(k.application_name, ''), 'no name'), k.usename, k.state,
                case when k.is_ours and k.wait_event = 'ClientRead' and k.state_change < clock_timestamp() - $2::interval and pg_terminate_backend(k.pid) then 'ended' end) end,
            coalesce(k.is_ours and k.wait_event_type = 'Lock', false) as waits
        from known k order by waits, k.pid limit 1
        """;

    /// <summary>How soon the server notices that a client's machine is gone, for a connection without a pooler.</summary>
    /// <remarks>Sets only the settings that the server knows. They do no harm if a pooler gives the connection to another client.</remarks>
    public const string LivenessSql =
        """
        select set_config(s.name, v.value, false)
        from (values ('tcp_keepalives_idle', '4'), ('tcp_keepalives_interval', '2'), ('tcp_keepalives_count', '3'), ('tcp_user_timeout', '10000'),
            ('client_connection_check_interval', '2000')) as v(name, value)
        join pg_settings s on s.name = v.name
        """;

    /// <summary>Plans prepared statements only once.</summary>
    /// <remarks>
    /// Herald's statements find every row by index whatever a plan expects, and planning takes as long as running them. Only for
    /// connections without a pooler, which would pass the setting on to other clients.
    /// </remarks>
    public const string PlanOnceSql =
        "select set_config(s.name, 'force_generic_plan', false) from pg_settings s where s.name = 'plan_cache_mode'";

    /// <summary>Reads the settings the store depends on: the isolation of transactions, and whether a commit waits for the disk.</summary>
    public const string SettingsSql =
        "select current_setting('default_transaction_isolation'), current_setting('synchronous_commit', true)";
}
