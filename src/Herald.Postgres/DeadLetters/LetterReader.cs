using System.Globalization;
using Herald.Engine.Stores;
using Herald.Postgres.Connections;
using Herald.Postgres.Reads;
using Npgsql;

namespace Herald.Postgres.DeadLetters;

/// <summary>Reads dead letters in the order in which they died. A dead letter whose event cannot be read is returned without it.</summary>
internal sealed class LetterReader(Database database)
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
            return page with { Items = await WithRecordsAsync(page.Items, _ => { }, cancel).ConfigureAwait(false) };
        }
    }

    public async Task<DeadLetter?> FindAsync(DeadLetterId id, CancellationToken cancel)
    {
        try
        {
            return (await FindAsync([id], LetterRow.Columns, cancel).ConfigureAwait(false)).FirstOrDefault();
        }
        catch (StoreUnavailableException failure) when (Failures.IsDamage(failure))
        {
            return (await FindAsync([id], LetterRow.WithoutRecords, cancel).ConfigureAwait(false)).FirstOrDefault();
        }
    }

    /// <summary>Reads the next dead letters after one, however many of their events are damaged.</summary>
    public async Task<IReadOnlyList<DeadLetter>> ReadAfterAsync(
        DeadLetter? last, int limit, Action<DeadLetterId> unreadable, CancellationToken cancel)
    {
        var query = new DeadLetterQuery(null, null, limit, last is null ? null : Cursor.Of(last).ToString());
        var page = await ListAsync(query, LetterRow.WithoutRecords, cancel).ConfigureAwait(false);
        return await WithRecordsAsync(page.Items, unreadable, cancel).ConfigureAwait(false);
    }

    /// <param name="letters">Read with <see cref="LetterRow.WithoutRecords"/>.</param>
    private async Task<IReadOnlyList<DeadLetter>> WithRecordsAsync(
        IReadOnlyList<DeadLetter> letters, Action<DeadLetterId> unreadable, CancellationToken cancel)
    {
        var whole = new Dictionary<DeadLetterId, DeadLetter>();
        await Halves.ReadAsync(
            letters.Select(letter => letter.Id).ToArray(),
            async some =>
            {
                foreach (var letter in await FindAsync(some, LetterRow.Columns, cancel).ConfigureAwait(false))
                    whole[letter.Id] = letter;
            },
            unreadable).ConfigureAwait(false);
        return [.. letters.Select(letter => whole.GetValueOrDefault(letter.Id, letter))];
    }

    private Task<DeadLetterPage> ListAsync(DeadLetterQuery query, string columns, CancellationToken cancel) => database.RunAsync(
        async (connection, either) =>
        {
            var after = Cursor.Parse(query.Cursor);
            await using var command = connection.Command(
                $"""
                select {columns} from {_table} d
                where ($1::text is null or d.subscription_id = $1) and ($2::text is null or d.topic = $2) and ($9::text is null or d.tenant = $9)
                    and (d.died_at_ms, d.shard, d.sequence, d.subscription, d.generation) > ($3, $4, $5, $6, $7)
                order by d.died_at_ms, d.shard, d.sequence, d.subscription, d.generation limit $8
                """,
                Commands.TextOrNull(query.SubscriptionId), Commands.TextOrNull(query.Topic), Commands.Value(after.DiedAtMs),
                Commands.Value(after.Shard), Commands.Value(after.Sequence), Commands.Value(after.Subscription),
                Commands.Value(after.Generation),
                Commands.Value(query.Limit + 1L), Commands.TextOrNull(query.Tenant?.ToString()));
            var items = await ReadAsync(command, either).ConfigureAwait(false);
            if (items.Count <= query.Limit)
                return new DeadLetterPage(items, null);
            items.RemoveAt(query.Limit);
            return new DeadLetterPage(items, query.Limit == 0 ? query.Cursor : Cursor.Of(items[^1]).ToString());
        },
        cancel);

    private Task<List<DeadLetter>> FindAsync(DeadLetterId[] ids, string columns, CancellationToken cancel) => database.RunAsync(
        async (connection, either) =>
        {
            await using var command = connection.Command(
                $"select {columns} from {LetterRow.Wanted} join {_table} d on {LetterRow.IsWanted}", LetterRow.Ids(ids));
            return await ReadAsync(command, either).ConfigureAwait(false);
        },
        cancel);

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

        public static Cursor Of(DeadLetter last) =>
            new(last.Reason.DiedAtMs, last.Id.Shard.Value, last.Id.Sequence, last.Id.Subscription, last.Id.Generation);

        public static Cursor Parse(string? text) => text is null ? Start
            : text.Split('.') is [var died, var shard, var sequence, var subscription, var generation]
            && long.TryParse(died, CultureInfo.InvariantCulture, out var diedAtMs)
                && int.TryParse(shard, CultureInfo.InvariantCulture, out var s)
            && long.TryParse(sequence, CultureInfo.InvariantCulture, out var q)
                && int.TryParse(subscription, CultureInfo.InvariantCulture, out var n)
            && int.TryParse(generation, CultureInfo.InvariantCulture, out var g)
            ? new Cursor(diedAtMs, s, q, n, g)
            : throw new ArgumentException($"'{text}' is not a cursor of this list. Use the nextCursor of a page, or none.", nameof(text));

        public override string ToString() =>
            string.Create(CultureInfo.InvariantCulture, $"{DiedAtMs}.{Shard}.{Sequence}.{Subscription}.{Generation}");
    }
}
