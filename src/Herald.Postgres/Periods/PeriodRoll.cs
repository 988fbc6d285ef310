using Herald.Postgres.Connections;
using Herald.Postgres.Locks;
using Npgsql;

namespace Herald.Postgres.Periods;

/// <summary>Begins new periods.</summary>
/// <remarks>
/// The table is created first. Then the heads are recorded while all shards are locked, so earlier events are in the old table and later
/// ones in the new table, whichever node appends.
/// </remarks>
internal sealed class PeriodRoll(Database database, PeriodTables tables, PeriodReader periods)
{
    private readonly string _schema = database.Schema;

    public async Task RollEventsAsync(long nowMs, CancellationToken cancel)
    {
        var map = periods.Map;
        var next = map.Newest.Number + 1;
        await database.RunAsync(
            async (connection, either) =>
            {
                await tables.CreateEventsAsync(connection, next, either).ConfigureAwait(false);
                await using var batch = new NpgsqlBatch(connection);
                batch.WithWideBounds().With($"select l.shard from {_schema}.shard_lock l order by l.shard for update").With(
                    $"""
                    insert into {_schema}.period (number, started_at_ms, heads)
                    select $1, $2, array_agg(coalesce(
                        (select e.sequence from {PeriodTables.Events(database.LogSchema, map.Newest.Number)} e where e.shard = l.shard order by e.sequence desc limit 1),
                        ($3::bigint[])[l.shard + 1]) order by l.shard)
                    from {_schema}.shard_lock l
                    where (select max(p.number) from {_schema}.period p) = $4
                    having count(*) > 0
                    """,
                    Commands.Value(next), Commands.Value(nowMs), Commands.Value(map.Newest.Heads), Commands.Value(map.Newest.Number));
                await database.Locks.RunAsync(
                    LockTable.Log, periods.Map.Shards, () => batch.ExecuteNonQueryAsync(either)).ConfigureAwait(false);
            },
            cancel).ConfigureAwait(false);
        await periods.RefreshAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>
    /// Begins a new table of ids. Duplicate checks read the newest table and the one before it; the one before these can be dropped.
    /// </summary>
    public async Task RollSeenAsync(long nowMs, CancellationToken cancel)
    {
        var newest = periods.Map.Seen;
        await database.RunAsync(
            async (connection, either) =>
            {
                await tables.CreateSeenAsync(connection, newest + 1, either).ConfigureAwait(false);
                await using var batch = new NpgsqlBatch(connection);
                batch.WithWideBounds().With($"select l.shard from {_schema}.shard_lock l order by l.shard for update")
                    .With($"insert into {_schema}.seen_period (number, started_at_ms) select $1, $2 where (select "
                        + $"max(p.number) from {_schema}.seen_period p) = $3",
                        Commands.Value(newest + 1), Commands.Value(nowMs), Commands.Value(newest));
                await database.Locks.RunAsync(
                    LockTable.Log, periods.Map.Shards, () => batch.ExecuteNonQueryAsync(either)).ConfigureAwait(false);
            },
            cancel).ConfigureAwait(false);
        await periods.RefreshAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>
    /// Drops the oldest period: its table, and its row so that no node looks for the table. Returns false when another transaction holds
    /// the table.
    /// </summary>
    public async Task<bool> TryDropOldestAsync(CancellationToken cancel)
    {
        var oldest = periods.Map.All[0];
        var dropped = await database.RunAsync(
            async (connection, either) =>
            {
                if (!await tables.TryDropAsync(connection, PeriodTables.Events(database.LogSchema, oldest.Number), either).ConfigureAwait(false))
                    return false;
                await using var command = connection.Command(
                    $"delete from {_schema}.period p where p.number = $1", Commands.Value(oldest.Number));
                await command.ExecuteNonQueryAsync(either).ConfigureAwait(false);
                return true;
            },
            cancel).ConfigureAwait(false);
        await periods.RefreshAsync(cancel).ConfigureAwait(false);
        return dropped;
    }
}
