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

/// <summary>Discards and redrives dead letters, and writes the history of that in the same transaction.</summary>
internal sealed class DeadLetterTable(Database database, EventAppender appender, PeriodReader periods, RecordReader records)
{
    private readonly string _table = $"{database.Schema}.dead_letter";

    // Blocks of history are named by epochs and numbers of commits. These blocks belong to no commit, so they are named after their dead
    // letter, of which there is only one: a negative epoch, from generation and subscription, and the sequence.
    private readonly string _insertHistory =
        $"""
        insert into {database.Schema}.history (shard, epoch, number, first, last, written_at_ms, block)
        select * from unnest($1::int[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bytea[])
        on conflict (shard, epoch, number) do nothing
        """;

    private string DeleteWanted =>
        $"delete from {_table} d using {LetterRow.Wanted} where {LetterRow.IsWanted} "
        + "returning d.shard, d.subscription, d.generation, d.sequence";

    public Task<int> DiscardAsync(IReadOnlyList<Discard> discards, CancellationToken cancel) => database.RunAsync(
        async (connection, either) =>
        {
            await using var begin = new NpgsqlBatch(connection);
            begin.With(Transactions.Begin).WithBounds().With(DeleteWanted, LetterRow.Ids([.. discards.Select(d => d.Id).Distinct()]));
            var there = await ReadGoneAsync(begin, either).ConfigureAwait(false);
            var count = there.Count;
            await using var write = new NpgsqlBatch(connection);
            AddHistory(write, [.. discards.Where(d => there.Remove(d.Id)).Select(d => (d.Id, d.History))]);
            write.With(Transactions.Commit);
            await write.ExecuteNonQueryAsync(either).ConfigureAwait(false);
            return count;
        },
        cancel);

    /// <summary>Deletes the dead letters' rows first: of two callers that redrive the same dead letter, one finds nothing.</summary>
    public Task<int> RedriveAsync(IReadOnlyList<Redrive> redrives, CancellationToken cancel) => database.RunAsync(
        async (connection, either) =>
        {
            while (true)
            {
                await using var begin = new NpgsqlBatch(connection);
                begin.With(Transactions.Begin).WithBounds().With(DeleteWanted, LetterRow.Ids([.. redrives.Select(r => r.Id).Distinct()]));
                var there = await ReadGoneAsync(begin, either).ConfigureAwait(false);
                var count = there.Count;
                Redrive[] done = [.. redrives.Where(r => there.Remove(r.Id))];
                NewEvent[] events = [.. done.Select(r => r.Event)];
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
                    AddHistory(write, [.. done.Select((redrive, i) => (redrive.Id, redrive.History?.Invoke(plan.Verdicts[i].Sequence)))]);
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

    private static async Task<HashSet<DeadLetterId>> ReadGoneAsync(NpgsqlBatch begin, CancellationToken cancel)
    {
        var there = new HashSet<DeadLetterId>();
        await using var reader = await begin.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        await reader.NextResultAsync(cancel).ConfigureAwait(false);
        while (await reader.ReadAsync(cancel).ConfigureAwait(false))
            there.Add(new DeadLetterId(new ShardId(reader.GetInt32(0)), reader.GetInt32(1), reader.GetInt32(2), reader.GetInt64(3)));
        return there;
    }

    private void AddHistory(NpgsqlBatch batch, IReadOnlyList<(DeadLetterId Id, HistoryBlock? Block)> all)
    {
        var told = all.Where(one => one.Block is not null).ToList();
        if (told.Count == 0)
            return;
        batch.With(
            _insertHistory,
            Commands.Value(told.Select(one => one.Id.Shard.Value).ToArray()),
            Commands.Value(told.Select(one => -(((long)one.Id.Generation << 32) + one.Id.Subscription)).ToArray()),
            Commands.Value(told.Select(one => one.Id.Sequence).ToArray()), Commands.Value(told.Select(one => one.Block!.First).ToArray()),
            Commands.Value(told.Select(one => one.Block!.Last).ToArray()),
            Commands.Value(told.Select(one => one.Block!.WrittenAtMs).ToArray()),
            Commands.Value(told.Select(one => one.Block!.Block).ToArray()));
    }
}
