using System.Diagnostics;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Postgres.Appends;
using Herald.Postgres.Connections;
using Herald.Postgres.Locks;
using Herald.Postgres.Periods;
using Herald.Postgres.Reads;
using Npgsql;

namespace Herald.Postgres.DeadLetters;

/// <summary>Discards and redrives dead letters.</summary>
internal sealed class DeadLetterTable(Database database, EventAppender appender, PeriodReader periods, RecordReader records)
{
    private readonly string _table = $"{database.Schema}.dead_letter";

    public Task<int> DiscardAsync(IReadOnlyList<DeadLetterId> ids, CancellationToken cancel) => database.RunAsync(
        async (connection, either) =>
        {
            await using var batch = new NpgsqlBatch(connection);
            batch.WithBounds().With($"delete from {_table} d using {LetterRow.Wanted} where {LetterRow.IsWanted}", LetterRow.Ids(ids));
            return await batch.ExecuteNonQueryAsync(either).ConfigureAwait(false);
        },
        cancel);

    /// <summary>Deletes the dead letters' rows first: of two callers that redrive the same dead letter, one finds nothing.</summary>
    public Task<int> RedriveAsync(IReadOnlyList<Redrive> redrives, CancellationToken cancel) => database.RunAsync(
        async (connection, either) =>
        {
            while (true)
            {
                await using var begin = new NpgsqlBatch(connection);
                begin.With(Transactions.Begin).WithBounds().With(
                    $"delete from {_table} d using {LetterRow.Wanted} where {LetterRow.IsWanted} returning d.shard, "
                        + "d.subscription, d.generation, d.sequence",
                    LetterRow.Ids([.. redrives.Select(r => r.Id).Distinct()]));
                var there = new HashSet<DeadLetterId>();
                await using (var reader = await begin.ExecuteReaderAsync(either).ConfigureAwait(false))
                {
                    await reader.NextResultAsync(either).ConfigureAwait(false);
                    while (await reader.ReadAsync(either).ConfigureAwait(false))
                        there.Add(
                            new DeadLetterId(new ShardId(reader.GetInt32(0)), reader.GetInt32(1), reader.GetInt32(2), reader.GetInt64(3)));
                }
                var count = there.Count;
                NewEvent[] events = [.. redrives.Where(r => there.Remove(r.Id)).Select(r => r.Event)];
                var plan = appender.Plan(events);
                await using var look = new NpgsqlBatch(connection);
                plan.AddLook(look);
                if (await database.Locks.RunAsync(LockTable.Log, plan.Shards, () => EventAppender.LookAsync(look, plan, skip: 0, either)).ConfigureAwait(false))
                {
                    // No original can be unreadable here: a redrive is not compared with remembered ids, so no original is read.
                    await plan.DecideAsync(connection, records, unreadable: null, either).ConfigureAwait(false);
                    // A redrive is never a duplicate: a dead letter must not be removed without its event.
                    if (Array.Exists(plan.Verdicts, one => one.Verdict != Verdict.Accepted))
                        throw new UnreachableException("The store did not accept an event that was redriven.");
                    await using var write = new NpgsqlBatch(connection);
                    plan.AddInserts(write);
                    write.With(Transactions.Commit);
                    await write.ExecuteNonQueryAsync(either).ConfigureAwait(false);
                    appender.Stored(plan, events);
                    return count;
                }
                await Transactions.RollbackAsync(connection, either).ConfigureAwait(false);
                await periods.RefreshAsync(either).ConfigureAwait(false);
            }
        },
        cancel);
}
