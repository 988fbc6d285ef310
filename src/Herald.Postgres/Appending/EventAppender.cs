using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Postgres.Connecting;
using Herald.Postgres.Periods;
using Herald.Postgres.Reading;
using Npgsql;

namespace Herald.Postgres.Appending;

/// <summary>Appends in transactions: of its own, or in those of commits, redrives and sources.</summary>
/// <param name="tell">Who else has to hear of what is appended to these shards; null when nobody has.</param>
internal sealed class EventAppender(
    Database database, PeriodReader periods, RecordReader records, Action<AppendPlan, ReadOnlyMemory<NewEvent>> stored, Func<IReadOnlyList<int>, HeadNotice?> tell)
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

    /// <summary>One transaction: in one round trip, or in two more where an id may be a repeat, or a new table has begun.</summary>
    /// <param name="unreadable">As for <see cref="AppendPlan.DecideAsync"/>.</param>
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
            // Without a transaction of its own a batch is one.
            plan.AddAtOnce(batch);
            await using var alone = await batch.ExecuteReaderAsync(cancel).ConfigureAwait(false);
            return await plan.ReadAtOnceAsync(alone, cancel).ConfigureAwait(false);
        }
        batch.With(Transactions.Begin);
        plan.AddAtOnce(batch);
        // Behind the transaction, for what is told in one makes commits wait for each other; but on the same way to the database.
        batch.With(Transactions.Commit);
        plan.AddNotice(batch, notice);
        var (holds, isCommitted) = (false, false);
        var told = batch.BatchCommands[^1];
        try
        {
            await using var reader = await batch.ExecuteReaderAsync(cancel).ConfigureAwait(false);
            holds = await plan.ReadAtOnceAsync(reader, cancel).ConfigureAwait(false);
            // The notice's answer comes behind that of the commit, and whether other nodes hear of it is settled at the end of all.
            isCommitted = await reader.NextResultAsync(cancel).ConfigureAwait(false);
            await reader.DisposeAsync().ConfigureAwait(false);
            plan.IsTold = true;
        }
        catch (Exception failure) when (isCommitted || (failure is PostgresException refused && ReferenceEquals(refused.BatchCommand, told)))
        {
            // All is stored, whatever became of the notice: it is told once more, and heartbeats tell the same.
            await Database.BeginAnewAsync(connection).ConfigureAwait(false);
        }
        return holds;
    }

    /// <summary>Adds what has made an attempt fail, so that the next one leaves it out.</summary>
    public async Task AddUnreadableAsync(HashSet<(ShardId, long)> unreadable, UnreadableOriginalException met, CancellationToken cancel) =>
        unreadable.UnionWith(await records.ReadReadableAsync(() => periods.Map, [.. met.Among], (_, _, _) => { }, cancel).ConfigureAwait(false));

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

    /// <summary>Runs a batch whose answers, after some to skip, are the plan's. False when a new period has begun.</summary>
    public static async Task<bool> LookAsync(NpgsqlBatch look, AppendPlan plan, int skip, CancellationToken cancel)
    {
        await using var reader = await look.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        for (var i = 0; i < skip; i++)
            await reader.NextResultAsync(cancel).ConfigureAwait(false);
        return await plan.ReadLookAsync(reader, cancel).ConfigureAwait(false);
    }

    /// <summary>To be called once the transaction has been committed.</summary>
    public void Stored(AppendPlan plan, ReadOnlyMemory<NewEvent> events)
    {
        Interlocked.Increment(ref _appends);
        Interlocked.Add(ref _events, plan.Accepted.Count);
        stored(plan, events);
    }
}
