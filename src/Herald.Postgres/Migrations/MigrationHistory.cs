using System.Globalization;
using Npgsql;

namespace Herald.Postgres.Migrations;

/// <summary>
/// The table with the applied migrations, and beside it the row that the migrating node locks. It uses plain SQL: a row's lock ends with
/// its transaction, through any pooler, and also when the process is killed.
/// </summary>
internal sealed class MigrationHistory(MigrationOptions options)
{
    private const int MakeTries = 10;
    private readonly string _table = $"{options.Schema}.{options.HistoryTable}";
    private readonly string _lock = $"{options.Schema}.{options.HistoryTable}_lock";

    public async Task<bool> ExistsAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("select to_regclass($1) is not null and to_regclass($2) is not null", connection)
        {
            Parameters = { new() { Value = _table }, new() { Value = _lock } },
        };
        return (bool)(await command.ExecuteScalarAsync(cancel))!;
    }

    /// <summary>
    /// Creates the schema and the tables unless they exist. Nodes that do this at the same time disturb each other, even with "if not
    /// exists", and try again.
    /// </summary>
    public async Task MakeAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                // "If not exists" requires the right to create schemas even if the schema exists, so look first.
                if (!await HasSchemaAsync(connection, cancel))
                    await ExecuteAsync(connection, $"create schema {options.Schema}", cancel);
                await ExecuteAsync(
                    connection,
                    $"""
                    create table if not exists {_table} (
                        id int primary key,
                        name text not null,
                        checksum text not null,
                        applied_by text not null,
                        applied_at timestamptz not null,
                        took_ms bigint not null,
                        error text
                    )
                    """,
                    cancel);
                await ExecuteAsync(connection, $"create table if not exists {_lock} (id int primary key)", cancel);
                await ExecuteAsync(connection, $"insert into {_lock} (id) values (1) on conflict (id) do nothing", cancel);
                return;
            }
            catch (PostgresException race) when (tries < MakeTries && race.SqlState is
                PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DuplicateSchema or PostgresErrorCodes.DuplicateTable
                or PostgresErrorCodes.DuplicateObject or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.InternalError)
            {
                // Another node created it meanwhile.
            }
        }
    }

    /// <summary>Waits at most <paramref name="wait"/>, then fails with <see cref="PostgresErrorCodes.LockNotAvailable"/>.</summary>
    public async Task LockAsync(NpgsqlConnection connection, TimeSpan wait, CancellationToken cancel)
    {
        await ExecuteAsync(
            connection, string.Create(CultureInfo.InvariantCulture, $"set local lock_timeout = {(long)wait.TotalMilliseconds}"), cancel);
        await ExecuteAsync(connection, $"select id from {_lock} where id = 1 for update", cancel);
        // How long the files themselves wait for locks is a setting of the connection.
        await ExecuteAsync(connection, "set local lock_timeout to default", cancel);
    }

    public async Task<List<AppliedMigration>> ReadAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            $"select id, name, checksum, applied_by, applied_at, took_ms, error from {_table} order by id", connection);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var applied = new List<AppliedMigration>();
        while (await reader.ReadAsync(cancel))
            applied.Add(new(
                reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetFieldValue<DateTimeOffset>(4),
                TimeSpan.FromMilliseconds(reader.GetInt64(5)), await reader.IsDBNullAsync(6, cancel) ? null : reader.GetString(6)));
        return applied;
    }

    /// <summary>Writes the line, and replaces the line of a failed try.</summary>
    public Task AddAppliedAsync(NpgsqlConnection connection, Migration migration, TimeSpan took, CancellationToken cancel) =>
        WriteAsync(connection, migration, took, null, "", cancel);

    /// <summary>Writes the line of a failed try. Leaves a line that says "applied": another node succeeded meanwhile.</summary>
    public Task AddFailedAsync(NpgsqlConnection connection, Migration migration, string error, CancellationToken cancel) =>
        WriteAsync(connection, migration, TimeSpan.Zero, error, $"where {_table}.error is not null", cancel);

    public Task RemoveAsync(NpgsqlConnection connection, int id, CancellationToken cancel) =>
        ExecuteAsync(connection, $"delete from {_table} where id = $1", cancel, id);

    public Task AcceptAsync(NpgsqlConnection connection, Migration migration, CancellationToken cancel) =>
        ExecuteAsync(
            connection, $"update {_table} set checksum = $2, name = $3 where id = $1", cancel, migration.Id, migration.Checksum,
            migration.Name);

    private Task WriteAsync(
        NpgsqlConnection connection, Migration migration, TimeSpan took, string? error, string condition, CancellationToken cancel) =>
        ExecuteAsync(
            connection,
            $"""
            insert into {_table} (id, name, checksum, applied_by, applied_at, took_ms, error)
            values ($1, $2, $3, $4, clock_timestamp(), $5, $6)
            on conflict (id) do update set name = excluded.name, checksum = excluded.checksum, applied_by = excluded.applied_by,
                applied_at = excluded.applied_at, took_ms = excluded.took_ms, error = excluded.error
            {condition}
            """,
            cancel, migration.Id, migration.Name, migration.Checksum, options.Who, (long)Math.Round(took.TotalMilliseconds),
            (object?)error ?? DBNull.Value);

    private async Task<bool> HasSchemaAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("select 1 from pg_catalog.pg_namespace where nspname = $1", connection)
        {
            Parameters = { new() { Value = options.Schema } },
        };
        return await command.ExecuteScalarAsync(cancel) is not null;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancel, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(cancel);
    }
}
