using Herald.Postgres.Connections;
using Herald.Postgres.Periods;

namespace Herald.Postgres.Retention;

/// <summary>
/// Begins another table of ids when the newest is old or full, or when the ids take the room that new events need. Drops the table that is
/// no longer read.
/// </summary>
internal sealed class IdPeriods(
    Database database, Dialect dialect, PeriodReader periods, PeriodRoll roll, PeriodTables tables, Room room, PostgresOptions options)
{
    // Tables of ids that no statement reads any more, and that another transaction held when they were to be dropped.
    private readonly List<long> _undropped = [];

    public async Task RollAsync(long nowMs, CancellationToken cancel)
    {
        await DropAsync(cancel).ConfigureAwait(false);
        var (seen, isPressing) = (periods.Map.Seen, room.IsFullOfIds);
        var ids = $"select 1 from {PeriodTables.Seen(database.LogSchema, seen)}"
            + (isPressing ? $" union all select 1 from {PeriodTables.Seen(database.LogSchema, seen - 1)}" : "");
        var (startedAtMs, count) = await database.RunAsync(
            async (connection, either) =>
            {
                await using var command = connection.Command(
                    $"select (select p.started_at_ms from {database.Schema}.seen_period p where p.number = $1), "
                        + $"(select count(*) from ({ids} limit $2) s)",
                    Commands.Value(seen), Commands.Value(Math.Min(1, options.DuplicateEntries)));
                await using var reader = await command.ExecuteReaderAsync(either).ConfigureAwait(false);
                await reader.ReadAsync(either).ConfigureAwait(false);
                return (reader.GetInt64(0), reader.GetInt64(1));
            },
            cancel).ConfigureAwait(false);
        if (count == 0 || !(isPressing || nowMs - startedAtMs >= options.DuplicateWindow.TotalMilliseconds || await IsFullAsync(seen, cancel).ConfigureAwait(false)))
            return;
        if (isPressing)
            database.Notices.Say(
                "Ids are forgotten before their time, because nothing else makes room for new events. Give the "
                    + "database more room, or raise postgres.maxBytes.");
        await roll.RollSeenAsync(nowMs, cancel).ConfigureAwait(false);
        _undropped.Add(periods.Map.Seen - 2);
        await DropAsync(cancel).ConfigureAwait(false);
    }

    private async Task DropAsync(CancellationToken cancel)
    {
        foreach (var seen in _undropped.ToArray())
        {
            if (await database.RunAsync((connection, either) => tables.TryDropAsync(connection, PeriodTables.Seen(database.LogSchema, seen), either), cancel).ConfigureAwait(false))
                _undropped.Remove(seen);
        }
    }

    // Rows are never removed from this table and all have the same size, so the table's size shows their number. Counting them would take
    // longer and longer.
    private async Task<bool> IsFullAsync(long seen, CancellationToken cancel) => await database.RunAsync(
        async (connection, either) =>
        {
            var table = PeriodTables.Seen(database.LogSchema, seen);
            await using var command = dialect.HeapSizeSql is { } size
                ? connection.Command(size, Commands.Value(table))
                : connection.Command(
                    $"select count(*) * {PeriodTables.SeenRowBytes} from (select 1 from {table} limit $1) s",
                    Commands.Value(options.DuplicateEntries));
            return (long)(await command.ExecuteScalarAsync(either).ConfigureAwait(false))! / PeriodTables.SeenRowBytes >= options.DuplicateEntries;
        },
        cancel).ConfigureAwait(false);
}
