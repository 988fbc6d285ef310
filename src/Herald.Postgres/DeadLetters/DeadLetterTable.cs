using System.Diagnostics;
using System.Globalization;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Postgres.Appending;
using Herald.Postgres.Connecting;
using Herald.Postgres.Locking;
using Herald.Postgres.Periods;
using Herald.Postgres.Reading;
using Npgsql;

namespace Herald.Postgres.DeadLetters;

/// <summary>Dead letters, in the order in which they died.</summary>
internal sealed class DeadLetterTable(Database database, EventAppender appender, PeriodReader periods, RecordReader records)
{
    private readonly string _table = $"{database.Schema}.dead_letter";

    public async Task<DeadLetterPage> ListAsync(DeadLetterQuery query, CancellationToken cancel)
    {
        try
        {
            return await ListAsync(query, LetterRow.Columns, cancel).ConfigureAwait(false);
        }
        catch (StoreUnavailableException failure) when (Failures.IsDamage(failure))
        {
            var page = await ListAsync(query, LetterRow.WithoutRecords, cancel).ConfigureAwait(false);
            var items = new List<DeadLetter>(page.Items.Count);
            foreach (var letter in page.Items)
                items.Add(await FindAsync(letter.Id, cancel).ConfigureAwait(false) ?? letter);
            return page with { Items = items };
        }
    }

    /// <summary>One whose event cannot be read back is found without it.</summary>
    public async Task<DeadLetter?> FindAsync(DeadLetterId id, CancellationToken cancel)
    {
        try
        {
            return await FindAsync(id, LetterRow.Columns, cancel).ConfigureAwait(false);
        }
        catch (StoreUnavailableException failure) when (Failures.IsDamage(failure))
        {
            return await FindAsync(id, LetterRow.WithoutRecords, cancel).ConfigureAwait(false);
        }
    }

    private Task<DeadLetterPage> ListAsync(DeadLetterQuery query, string columns, CancellationToken cancel) => database.RunAsync(
        async (connection, either) =>
        {
            var after = Cursor.Parse(query.Cursor);
            await using var command = connection.Command(
                $"""
                select {columns} from {_table} d
                where ($1::text is null or d.subscription_id = $1) and ($2::text is null or d.topic = $2)
                    and (d.died_at_ms, d.shard, d.sequence, d.subscription, d.generation) > ($3, $4, $5, $6, $7)
                order by d.died_at_ms, d.shard, d.sequence, d.subscription, d.generation limit $8
                """,
                Commands.TextOrNull(query.SubscriptionId), Commands.TextOrNull(query.Topic), Commands.Value(after.DiedAtMs), Commands.Value(after.Shard), Commands.Value(after.Sequence),
                Commands.Value(after.Subscription), Commands.Value(after.Generation), Commands.Value(query.Limit + 1L));
            var items = await ReadAsync(command, either).ConfigureAwait(false);
            if (items.Count <= query.Limit)
                return new DeadLetterPage(items, null);
            items.RemoveAt(query.Limit);
            return new DeadLetterPage(items, query.Limit == 0 ? query.Cursor : Cursor.Of(items[^1]).ToString());
        },
        cancel);

    private Task<DeadLetter?> FindAsync(DeadLetterId id, string columns, CancellationToken cancel) => database.RunAsync(
        async (connection, either) =>
        {
            await using var command = connection.Command(
                $"select {columns} from {_table} d where d.shard = $1 and d.subscription = $2 and d.generation = $3 and d.sequence = $4",
                Commands.Value(id.Shard.Value), Commands.Value(id.Subscription), Commands.Value(id.Generation), Commands.Value(id.Sequence));
            return (await ReadAsync(command, either).ConfigureAwait(false)).FirstOrDefault();
        },
        cancel);

    public Task<int> DiscardAsync(IReadOnlyList<DeadLetterId> ids, CancellationToken cancel) => database.RunAsync(
        async (connection, either) =>
        {
            await using var batch = new NpgsqlBatch(connection);
            batch.WithBounds().With($"delete from {_table} d using {Wanted} where {IsWanted}", Ids(ids));
            return await batch.ExecuteNonQueryAsync(either).ConfigureAwait(false);
        },
        cancel);

    /// <summary>Takes the letters' rows first: of two who redrive the same, one finds nothing.</summary>
    public Task<int> RedriveAsync(IReadOnlyList<Redrive> redrives, CancellationToken cancel) => database.RunAsync(
        async (connection, either) =>
        {
            while (true)
            {
                await using var begin = new NpgsqlBatch(connection);
                begin.With(Transactions.Begin).WithBounds().With(
                    $"delete from {_table} d using {Wanted} where {IsWanted} returning d.shard, d.subscription, d.generation, d.sequence", Ids([.. redrives.Select(r => r.Id).Distinct()]));
                var there = new HashSet<DeadLetterId>();
                await using (var reader = await begin.ExecuteReaderAsync(either).ConfigureAwait(false))
                {
                    await reader.NextResultAsync(either).ConfigureAwait(false);
                    while (await reader.ReadAsync(either).ConfigureAwait(false))
                        there.Add(new DeadLetterId(new ShardId(reader.GetInt32(0)), reader.GetInt32(1), reader.GetInt32(2), reader.GetInt64(3)));
                }
                var count = there.Count;
                NewEvent[] events = [.. redrives.Where(r => there.Remove(r.Id)).Select(r => r.Event)];
                var plan = appender.Plan(events);
                await using var look = new NpgsqlBatch(connection);
                plan.AddLook(look);
                if (await database.Locks.RunAsync(LockTable.Log, plan.Shards, () => EventAppender.LookAsync(look, plan, skip: 0, either)).ConfigureAwait(false))
                {
                    await plan.DecideAsync(connection, records, unreadable: null, either).ConfigureAwait(false);
                    // An addressed event is no duplicate of anything: a letter must not go without its event.
                    if (Array.Exists(plan.Verdicts, one => one.Verdict != Verdict.Accepted))
                        throw new UnreachableException("A redrive was not accepted.");
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

    private const string Wanted = "unnest($1::int[], $2::int[], $3::int[], $4::bigint[]) as w(shard, subscription, generation, sequence)";
    private const string IsWanted = "d.shard = w.shard and d.subscription = w.subscription and d.generation = w.generation and d.sequence = w.sequence";

    private static NpgsqlParameter[] Ids(IReadOnlyList<DeadLetterId> ids) =>
    [
        Commands.Value(ids.Select(i => i.Shard.Value).ToArray()), Commands.Value(ids.Select(i => i.Subscription).ToArray()),
        Commands.Value(ids.Select(i => i.Generation).ToArray()), Commands.Value(ids.Select(i => i.Sequence).ToArray()),
    ];

    private static async Task<List<DeadLetter>> ReadAsync(NpgsqlCommand command, CancellationToken cancel)
    {
        var items = new List<DeadLetter>();
        await using var reader = await command.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        while (await reader.ReadAsync(cancel).ConfigureAwait(false))
            items.Add(LetterRow.Read(reader));
        return items;
    }

    private readonly record struct Cursor(long DiedAtMs, int Shard, long Sequence, int Subscription, int Generation)
    {
        private static readonly Cursor Start = new(long.MinValue, int.MinValue, 0, 0, 0);

        public static Cursor Of(DeadLetter last) => new(last.Reason.DiedAtMs, last.Id.Shard.Value, last.Id.Sequence, last.Id.Subscription, last.Id.Generation);

        public static Cursor Parse(string? text) => text is null ? Start
            : text.Split('.') is [var died, var shard, var sequence, var subscription, var generation]
            && long.TryParse(died, CultureInfo.InvariantCulture, out var diedAtMs) && int.TryParse(shard, CultureInfo.InvariantCulture, out var s)
            && long.TryParse(sequence, CultureInfo.InvariantCulture, out var q) && int.TryParse(subscription, CultureInfo.InvariantCulture, out var n)
            && int.TryParse(generation, CultureInfo.InvariantCulture, out var g)
            ? new Cursor(diedAtMs, s, q, n, g)
            : throw new ArgumentException($"'{text}' is not a cursor of this list.", nameof(text));

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{DiedAtMs}.{Shard}.{Sequence}.{Subscription}.{Generation}");
    }
}
