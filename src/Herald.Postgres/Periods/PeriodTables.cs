using Herald.Postgres.Connections;
using Npgsql;

namespace Herald.Postgres.Periods;

/// <summary>The tables of periods: their names, and how they are created and dropped.</summary>
internal sealed class PeriodTables(Database database, Dialect dialect)
{
    /// <summary>Bytes of a row of remembered ids on its page: row header, rounded data, and line pointer.</summary>
    public const int SeenRowBytes = 60;

    public static string Events(string logSchema, long period) => $"{logSchema}.event_{period}";

    /// <summary>The table of copied events of waiting keys, whose own tables were dropped.</summary>
    public static string Kept(string schema) => $"{schema}.kept_event";

    public static string Seen(string logSchema, long period) => $"{logSchema}.seen_{period}";

    /// <summary>Creates the table if it is missing. Several nodes can call it at once.</summary>
    public async Task CreateEventsAsync(NpgsqlConnection connection, long period, CancellationToken cancel)
    {
        var table = Events(database.LogSchema, period);
        await CreateAsync(
            connection,
            $"""
            create table if not exists {table} (
                shard int not null,
                sequence bigint not null,
                accepted_at_ms bigint not null,
                key_hash bigint not null,
                id_hash bigint not null,
                route_high bigint not null,
                route_low bigint not null,
                topic int not null,
                flags int not null,
                size int not null,
                record bytea not null,
                primary key (shard, sequence)
            )
            """, cancel).ConfigureAwait(false);
        if (dialect.KeepUncompressed(table, "record") is { } uncompressed)
            await CreateAsync(connection, uncompressed, cancel).ConfigureAwait(false);
    }

    public Task CreateSeenAsync(NpgsqlConnection connection, long period, CancellationToken cancel) => CreateAsync(
        connection,
        $"""
        create table if not exists {Seen(database.LogSchema, period)} (
            hash bigint not null,
            shard int not null,
            sequence bigint not null,
            id_hash bigint not null,
            primary key (hash, shard, sequence)
        )
        """, cancel);

    /// <summary>
    /// Returns false when another transaction holds the table. Waiting for it would block all later readers of the table.
    /// </summary>
    public async Task<bool> TryDropAsync(NpgsqlConnection connection, string table, CancellationToken cancel)
    {
        try
        {
            await using var batch = new NpgsqlBatch(connection);
            batch.With("set local lock_timeout = '100ms'").With($"drop table if exists {table}");
            await batch.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
            return true;
        }
        catch (PostgresException failure) when (Failures.IsLockTimeout(failure))
        {
            return false;
        }
    }

    private static async Task CreateAsync(NpgsqlConnection connection, string sql, CancellationToken cancel)
    {
        try
        {
            await using var command = connection.Command(sql);
            await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
        }
        catch (PostgresException failure) when (failure.SqlState is "23505" or "42P07" or "42710" or "XX000")
        {
            // "If not exists" looks first and then creates, so one of two nodes can fail at the same moment. The table exists then.
        }
    }
}
