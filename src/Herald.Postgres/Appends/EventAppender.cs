using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Postgres.Connections;
using Herald.Postgres.Periods;
using Herald.Postgres.Reads;
using Npgsql;

namespace Herald.Postgres.Appends;

/// <summary>Appends events in transactions of its own, or in those of commits and redrives.</summary>
/// <param name="tell">Returns the notice to send to other nodes about these shards; null when no other node needs one.</param>
internal sealed class EventAppender(
    Database database, PeriodReader periods, RecordReader records, Action<AppendPlan, ReadOnlyMemory<NewEvent>> stored,
    Func<IReadOnlyList<int>, HeadNotice?> tell)
{
    private volatile AppendSql? _sql;
    private long _appends, _events;

    public long Appends => Volatile.Read(ref _appends);
    public long Events => Volatile.Read(ref _events);

    public AppendPlan Plan(ReadOnlyMemory<NewEvent> events)
    {
        var map = periods.Map;
        var sql = _sql;
        if (sql is null || sql.Event != map.Newest.Number || sql.Seen != map.Seen)
            _sql = sql = new AppendSql(database.Schema, database.LogSchema, map);
        return new AppendPlan(sql, map, events);
    }

    /// <summary>Appends in one transaction: in one round trip, or in two more if an id may be a repeat or a new table has begun.</summary>
    /// <param name="unreadable">See <see cref="AppendPlan.DecideAsync"/>.</param>
    public async Task<Appended[]> AppendAsync(
        NpgsqlConnection connection, ReadOnlyMemory<NewEvent> events, IReadOnlySet<(ShardId, long)>? unreadable, CancellationToken cancel)
    {
        var plan = Plan(events);
        if (!await TryAtOnceAsync(connection, plan, cancel).ConfigureAwait(false))
            plan = await AppendExactlyAsync(connection, events, unreadable, cancel).ConfigureAwait(false);
        Stored(plan, events);
        return plan.Verdicts;
    }

    private async Task<bool> TryAtOnceAsync(NpgsqlConnection connection, AppendPlan plan, CancellationToken cancel)
    {
        await using var batch = new NpgsqlBatch(connection);
        if (tell(plan.Shards) is not { } notice)
        {
            // A batch without an explicit transaction is one transaction.
            plan.AddAtOnce(batch);
            await using var alone = await batch.ExecuteReaderAsync(cancel).ConfigureAwait(false);
            return await plan.ReadAtOnceAsync(alone, cancel).ConfigureAwait(false);
        }
        batch.With(Transactions.Begin);
        plan.AddAtOnce(batch);
        // Send the notice after the transaction, because a notice inside it makes commits wait for each other; but in the same round trip.
        batch.With(Transactions.Commit);
        plan.AddNotice(batch, notice);
        var (holds, isCommitted) = (false, false);
        var told = batch.BatchCommands[^1];
        try
        {
            await using var reader = await batch.ExecuteReaderAsync(cancel).ConfigureAwait(false);
            holds = await plan.ReadAtOnceAsync(reader, cancel).ConfigureAwait(false);
            // The answer to the notice follows that of the commit. Only the end of the reader shows whether the notice was sent.
            isCommitted = await reader.NextResultAsync(cancel).ConfigureAwait(false);
            await reader.DisposeAsync().ConfigureAwait(false);
            plan.IsTold = true;
        }
        catch (Exception failure) when (isCommitted || (failure is PostgresException refused && ReferenceEquals(refused.BatchCommand, told)))
        {
            // Everything is stored, even if the notice failed. The caller notifies once more, and heartbeats carry the same heads.
            await database.BeginAnewAsync(connection).ConfigureAwait(false);
        }
        return holds;
    }

    /// <summary>Adds the events that made an attempt fail, so that the next attempt does not read them.</summary>
    public async Task AddUnreadableAsync(HashSet<(ShardId, long)> unreadable, UnreadableOriginalException met, CancellationToken cancel) =>
        unreadable.UnionWith(
            await records.ReadReadableAsync(() => periods.Map, [.. met.Among], (_, _, _) => { }, cancel).ConfigureAwait(false));

    private async Task<AppendPlan> AppendExactlyAsync(
        NpgsqlConnection connection, ReadOnlyMemory<NewEvent> events, IReadOnlySet<(ShardId, long)>? unreadable, CancellationToken cancel)
    {
        while (true)
        {
            var plan = Plan(events);
            await using var look = new NpgsqlBatch(connection);
            look.With(Transactions.Begin).WithBounds();
            plan.AddLook(look);
            if (await LookAsync(look, plan, skip: 1, cancel).ConfigureAwait(false))
            {
                await plan.DecideAsync(connection, records, unreadable, cancel).ConfigureAwait(false);
                await using var insert = new NpgsqlBatch(connection);
                plan.AddInserts(insert);
                insert.With(Transactions.Commit);
                await insert.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
                return plan;
            }
            await Transactions.RollbackAsync(connection, cancel).ConfigureAwait(false);
            await periods.RefreshAsync(cancel).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Runs a batch that contains the plan's statements after <paramref name="skip"/> others. Returns false when a new period has begun.
    /// </summary>
    public static async Task<bool> LookAsync(NpgsqlBatch look, AppendPlan plan, int skip, CancellationToken cancel)
    {
        await using var reader = await look.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        for (var i = 0; i < skip; i++)
            await reader.NextResultAsync(cancel).ConfigureAwait(false);
        return await plan.ReadLookAsync(reader, cancel).ConfigureAwait(false);
    }

    /// <summary>Call it after the transaction is committed.</summary>
    public void Stored(AppendPlan plan, ReadOnlyMemory<NewEvent> events)
    {
        Interlocked.Increment(ref _appends);
        Interlocked.Add(ref _events, plan.Accepted.Count);
        stored(plan, events);
    }
}
