namespace Herald.Postgres.Connecting;

/// <summary>
/// What only PostgreSQL has; nothing else of the kind stands outside this file. Every other statement keeps to what CockroachDB
/// documents too, but has not been tried there.
/// </summary>
internal sealed class Dialect(bool isPostgres)
{
    public const string VersionSql = "select version()";

    public static Dialect Of(string version) => new(version.StartsWith("PostgreSQL", StringComparison.Ordinal));

    /// <summary>LISTEN and NOTIFY.</summary>
    public bool CanNotify => isPostgres;

    public static string NotifySql => "select pg_notify($1, $2)";

    public static string ListenSql(string channel) => $"listen \"{channel}\"";

    /// <summary>Records are read as a whole or not at all: compressing large ones costs more than it saves.</summary>
    public string? KeepUncompressed(string table, string column) => isPostgres ? $"alter table {table} alter column {column} set storage external" : null;

    /// <summary>Bytes of all tables of a schema, indexes and what lies outside of rows included.</summary>
    public string? SizeSql => isPostgres
        ? "select coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relkind = 'r'"
        : null;

    /// <summary>The settings a store has to know: how transactions see each other, and whether a commit waits for the disk.</summary>
    public const string SettingsSql = "select current_setting('default_transaction_isolation'), current_setting('synchronous_commit', true)";
}
