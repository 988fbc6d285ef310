using Herald.Engine.Stores;
using Herald.Postgres.Connections;
using Herald.Postgres.Periods;
using Npgsql;

namespace Herald.Postgres.Retention;

/// <summary>
/// Keeps the bounds of the store:
/// 1. Begin new periods.
/// 2. Drop periods that every shard has passed and that are old, or too many; first copy the events of waiting keys.
/// 3. Remove dead letters and history beyond their bounds, and source positions that newer ones have replaced.
/// 4. Report when there is no room.
/// One node at a time does this work. If two nodes do it for a moment, nothing is done twice.
/// </summary>
internal sealed class Housekeeper(Database database, Dialect dialect, PeriodReader periods, PeriodRoll roll, PeriodTables tables, PostgresOptions options, TimeProvider time)
{
    private const int DropsAtOnce = 20, RowsAtOnce = 10_000;

    private readonly string _schema = database.Schema;
    private readonly KeptEvents _kept = new(database);
    private volatile bool _isFull;

    // Full although no table of events holds an event, and not full if the ids were gone.
    private bool _isFullOfIds;

    // Tables of ids that no statement reads any more, and that another transaction held when they were to be dropped.
    private readonly List<long> _undropped = [];
    private long _failures;

    /// <summary>The tables have reached their bound and nothing can be freed, so publishing is refused.</summary>
    public bool IsFull => _isFull;

    /// <summary>The number of steps that failed.</summary>
    public long Failures => Volatile.Read(ref _failures);

    /// <summary>Runs each step even if an earlier one failed. Returns false when a step failed and should be tried again soon.</summary>
    /// <param name="heads">The last sequences of all shards.</param>
    public async Task<bool> RunOnceAsync(long[] heads, CancellationToken cancel)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        // 1.
        var isDone = await TryAsync("A new table of events could not be begun.", () => RollEventsAsync(heads, now, cancel), cancel).ConfigureAwait(false);
        isDone &= await TryAsync("A new table of remembered ids could not be begun.", () => RollSeenAsync(now, cancel), cancel).ConfigureAwait(false);
        // 2. and 4.
        isDone &= await TryAsync("Settled events could not be freed.", () => FreeAsync(heads.Length, now, cancel), cancel).ConfigureAwait(false);
        // 3.
        isDone &= await TryAsync("Dead letters past their bounds could not be removed.", () => RemoveLettersAsync(now, cancel), cancel).ConfigureAwait(false);
        isDone &= await TryAsync("Attempt history past its bounds could not be removed.", () => RemoveHistoryAsync(now, cancel), cancel).ConfigureAwait(false);
        isDone &= await TryAsync("Old positions of sources could not be removed.", () => RemovePositionsAsync(cancel), cancel).ConfigureAwait(false);
        return isDone;
    }

    private async Task<bool> TryAsync(string otherwise, Func<Task> step, CancellationToken cancel)
    {
        try
        {
            await step().ConfigureAwait(false);
            return true;
        }
        catch (Exception failure) when (!cancel.IsCancellationRequested)
        {
            Interlocked.Increment(ref _failures);
            database.Notices.Failed($"{otherwise} It is tried again.", failure);
            return false;
        }
    }

    private async Task RollEventsAsync(long[] heads, long now, CancellationToken cancel)
    {
        var newest = periods.Map.Newest;
        var events = heads.Zip(newest.Heads, (head, before) => head - before).Sum();
        // If there is no room and only one period, close it, so that its settled events can be freed.
        if (events > 0 && ((_isFull && periods.Map.All.Count == 1) || events >= options.PeriodEvents || now - newest.StartedAtMs >= options.PeriodAge.TotalMilliseconds))
            await roll.RollEventsAsync(now, cancel).ConfigureAwait(false);
    }

    private async Task FreeAsync(int shards, long now, CancellationToken cancel)
    {
        var bytes = await SizeAsync(cancel).ConfigureAwait(false);
        try
        {
            await _kept.ReleaseAsync(cancel).ConfigureAwait(false);
            var settled = await _kept.FreeBelowAsync(shards, cancel).ConfigureAwait(false);
            for (var i = 0; i < DropsAtOnce && MayDrop(settled, now, IsFullWith(bytes) || bytes > options.RetainBytes); i++)
            {
                await _kept.CopyAsync(periods.Map.All[0], periods.Map.All[1], cancel).ConfigureAwait(false);
                if (!await roll.TryDropOldestAsync(cancel).ConfigureAwait(false))
                    break;
                bytes = await SizeAsync(cancel).ConfigureAwait(false);
            }
        }
        finally
        {
            // 4. Everything that can be freed is freed: beyond the bound, publishing is refused.
            _isFull = IsFullWith(bytes);
            _isFullOfIds = _isFull && !await HasEventsAsync(cancel).ConfigureAwait(false) && !IsFullWith(bytes - await IdsSizeAsync(cancel).ConfigureAwait(false));
        }
    }

    private async Task<bool> HasEventsAsync(CancellationToken cancel) => periods.Map.All is not [var only] || await database.RunAsync(
        async (connection, either) =>
        {
            await using var command = connection.Command($"select exists (select 1 from {PeriodTables.Events(database.LogSchema, only.Number)})");
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

    private bool IsFullWith(long bytes) => options.MaxBytes is { } most && bytes >= most;

    private bool MayDrop(long[] settledBelow, long nowMs, bool isPressing)
    {
        if (periods.Map.All is not [var oldest, var next, ..])
            return false;
        for (var shard = 0; shard < settledBelow.Length; shard++)
            if (next.Heads[shard] > oldest.Heads[shard] && settledBelow[shard] <= next.Heads[shard])
                return false;
        // The newest event of a period is about as old as the start of the next period.
        return isPressing || nowMs - next.StartedAtMs >= options.RetainFor.TotalMilliseconds;
    }

    /// <summary>
    /// Begins another table of ids when the newest is old or full, or when the ids take the room that new events need. Drops the table that
    /// is no longer read.
    /// </summary>
    private async Task RollSeenAsync(long nowMs, CancellationToken cancel)
    {
        await DropIdsAsync(cancel).ConfigureAwait(false);
        var (seen, isPressing) = (periods.Map.Seen, _isFullOfIds);
        var ids = $"select 1 from {PeriodTables.Seen(database.LogSchema, seen)}" + (isPressing ? $" union all select 1 from {PeriodTables.Seen(database.LogSchema, seen - 1)}" : "");
        var (startedAtMs, count) = await database.RunAsync(
            async (connection, either) =>
            {
                await using var command = connection.Command(
                    $"select (select p.started_at_ms from {_schema}.seen_period p where p.number = $1), (select count(*) from ({ids} limit $2) s)",
                    Commands.Value(seen), Commands.Value(Math.Min(1, options.DuplicateEntries)));
                await using var reader = await command.ExecuteReaderAsync(either).ConfigureAwait(false);
                await reader.ReadAsync(either).ConfigureAwait(false);
                return (reader.GetInt64(0), reader.GetInt64(1));
            },
            cancel).ConfigureAwait(false);
        if (count == 0 || !(isPressing || nowMs - startedAtMs >= options.DuplicateWindow.TotalMilliseconds || await IsSeenFullAsync(seen, cancel).ConfigureAwait(false)))
            return;
        if (isPressing)
            database.Notices.Say("Ids are forgotten before their time, because nothing else makes room for new events. Give the database more room, or raise postgres.maxBytes.");
        await roll.RollSeenAsync(nowMs, cancel).ConfigureAwait(false);
        _undropped.Add(periods.Map.Seen - 2);
        await DropIdsAsync(cancel).ConfigureAwait(false);
    }

    private async Task DropIdsAsync(CancellationToken cancel)
    {
        foreach (var seen in _undropped.ToArray())
        {
            if (await database.RunAsync((connection, either) => tables.TryDropAsync(connection, PeriodTables.Seen(database.LogSchema, seen), either), cancel).ConfigureAwait(false))
                _undropped.Remove(seen);
        }
    }

    // Rows are never removed from this table and all have the same size, so the table's size shows their number. Counting them would take
    // longer and longer.
    private async Task<bool> IsSeenFullAsync(long seen, CancellationToken cancel) => await database.RunAsync(
        async (connection, either) =>
        {
            var table = PeriodTables.Seen(database.LogSchema, seen);
            await using var command = dialect.HeapSizeSql is { } size
                ? connection.Command(size, Commands.Value(table))
                : connection.Command($"select count(*) * {PeriodTables.SeenRowBytes} from (select 1 from {table} limit $1) s", Commands.Value(options.DuplicateEntries));
            return (long)(await command.ExecuteScalarAsync(either).ConfigureAwait(false))! / PeriodTables.SeenRowBytes >= options.DuplicateEntries;
        },
        cancel).ConfigureAwait(false);

    private async Task<long> SizeAsync(CancellationToken cancel)
    {
        if (dialect.SizeSql is not { } sql || (options.MaxBytes is null && options.RetainBytes is null))
            return 0;
        return await database.RunAsync(
            async (connection, either) =>
            {
                var bytes = 0L;
                foreach (var schema in (string[])[_schema, database.LogSchema])
                {
                    await using var command = connection.Command(sql, Commands.Value(schema));
                    bytes += (long)(await command.ExecuteScalarAsync(either).ConfigureAwait(false))!;
                }
                return bytes;
            },
            cancel).ConfigureAwait(false);
    }

    private Task RemoveLettersAsync(long nowMs, CancellationToken cancel) => database.RunAsync(
        async (connection, either) =>
        {
            const string Key = "(d.shard, d.subscription, d.generation, d.sequence)";
            await using var old = connection.Command(
                $"delete from {_schema}.dead_letter d where {Key} in (select d.shard, d.subscription, d.generation, d.sequence from {_schema}.dead_letter d where d.died_at_ms < $1 limit {RowsAtOnce})",
                Commands.Value(nowMs - (long)options.DeadLetterRetention.TotalMilliseconds));
            await old.ExecuteNonQueryAsync(either).ConfigureAwait(false);
            await using var excess = connection.Command(
                $"""
                delete from {_schema}.dead_letter d where {Key} in (
                    select s.shard, s.subscription, s.generation, s.sequence from (
                        select d.*, sum(d.size::bigint) over (order by d.died_at_ms desc, d.shard desc, d.sequence desc, d.subscription desc, d.generation desc) as newer
                        from {_schema}.dead_letter d) s
                    where s.newer > $1 limit {RowsAtOnce})
                """,
                Commands.Value(options.DeadLetterBytesKept));
            if (await SumAsync(connection, $"select coalesce(sum(d.size::bigint), 0)::bigint from {_schema}.dead_letter d", either).ConfigureAwait(false) > options.DeadLetterBytesKept)
                await excess.ExecuteNonQueryAsync(either).ConfigureAwait(false);
        },
        cancel);

    private Task RemovePositionsAsync(CancellationToken cancel) => database.RunAsync(
        async (connection, either) =>
        {
            await using var command = connection.Command(
                $"""
                delete from {_schema}.source_position p where (p.name, p.position) in (
                    select q.name, q.position from {_schema}.source_position q
                    where q.position < (select max(r.position) from {_schema}.source_position r where r.name = q.name)
                    limit {RowsAtOnce})
                """);
            await command.ExecuteNonQueryAsync(either).ConfigureAwait(false);
        },
        cancel);

    private Task RemoveHistoryAsync(long nowMs, CancellationToken cancel) => database.RunAsync(
        async (connection, either) =>
        {
            await using var old = connection.Command(
                $"delete from {_schema}.history h where h.written_at_ms < $1", Commands.Value(nowMs - (long)options.HistoryAge.TotalMilliseconds));
            await old.ExecuteNonQueryAsync(either).ConfigureAwait(false);
            if (await SumAsync(connection, $"select coalesce(sum(length(h.block)), 0)::bigint from {_schema}.history h", either).ConfigureAwait(false) <= options.HistoryBytesKept)
                return;
            await using var excess = connection.Command(
                $"""
                delete from {_schema}.history h where (h.shard, h.epoch, h.number) in (
                    select s.shard, s.epoch, s.number from (
                        select h.shard, h.epoch, h.number, sum(length(h.block)) over (order by h.written_at_ms desc, h.shard desc, h.epoch desc, h.number desc) as newer
                        from {_schema}.history h) s
                    where s.newer > $1 limit {RowsAtOnce})
                """,
                Commands.Value(options.HistoryBytesKept));
            await excess.ExecuteNonQueryAsync(either).ConfigureAwait(false);
        },
        cancel);

    private static async Task<long> SumAsync(NpgsqlConnection connection, string sql, CancellationToken cancel)
    {
        await using var command = connection.Command(sql);
        return (long)(await command.ExecuteScalarAsync(cancel).ConfigureAwait(false))!;
    }
}
