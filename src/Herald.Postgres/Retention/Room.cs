using Herald.Postgres.Connections;
using Herald.Postgres.Periods;

namespace Herald.Postgres.Retention;

/// <summary>The size of the tables, and whether publishing finds room.</summary>
internal sealed class Room(Database database, Dialect dialect, PeriodReader periods, PostgresOptions options)
{
    private volatile bool _isFull;

    /// <summary>The tables have reached their bound and nothing can be freed, so publishing is refused.</summary>
    public bool IsFull => _isFull;

    /// <summary>Full although no table of events holds an event, and not full if the ids were gone.</summary>
    public bool IsFullOfIds { get; private set; }

    public bool IsFullWith(long bytes) => options.MaxBytes is { } most && bytes >= most;

    /// <summary>Decides whether publishing is refused. Call it when everything that can be freed is freed.</summary>
    /// <param name="bytes">The size of all tables.</param>
    public async Task JudgeAsync(long bytes, CancellationToken cancel)
    {
        _isFull = IsFullWith(bytes);
        IsFullOfIds = _isFull && !await HasEventsAsync(cancel).ConfigureAwait(false)
            && !IsFullWith(bytes - await IdsSizeAsync(cancel).ConfigureAwait(false));
    }

    /// <summary>Returns the bytes of all tables; 0 when no bound depends on them.</summary>
    public async Task<long> SizeAsync(CancellationToken cancel)
    {
        if (dialect.SizeSql is not { } sql || (options.MaxBytes is null && options.RetainBytes is null))
            return 0;
        return await database.RunAsync(
            async (connection, either) =>
            {
                var bytes = 0L;
                foreach (var schema in (string[])[database.Schema, database.LogSchema])
                {
                    await using var command = connection.Command(sql, Commands.Value(schema));
                    bytes += (long)(await command.ExecuteScalarAsync(either).ConfigureAwait(false))!;
                }
                return bytes;
            },
            cancel).ConfigureAwait(false);
    }

    private async Task<bool> HasEventsAsync(CancellationToken cancel) => periods.Map.All is not [var only] || await database.RunAsync(
        async (connection, either) =>
        {
            await using var command = connection.Command(
                $"select exists (select 1 from {PeriodTables.Events(database.LogSchema, only.Number)})");
            return await command.ExecuteScalarAsync(either).ConfigureAwait(false) is true;
        },
        cancel).ConfigureAwait(false);

    private async Task<long> IdsSizeAsync(CancellationToken cancel) => dialect.TableSizeSql is not { } sql ? 0 : await database.RunAsync(
        async (connection, either) =>
        {
            var bytes = 0L;
            foreach (var seen in (long[])[periods.Map.Seen - 1, periods.Map.Seen])
            {
                await using var command = connection.Command(sql, Commands.Value(PeriodTables.Seen(database.LogSchema, seen)));
                bytes += await command.ExecuteScalarAsync(either).ConfigureAwait(false) as long? ?? 0;
            }
            return bytes;
        },
        cancel).ConfigureAwait(false);
}
