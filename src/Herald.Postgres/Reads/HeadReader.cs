using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Postgres.Connections;
using Herald.Postgres.Periods;
using Npgsql;

namespace Herald.Postgres.Reads;

/// <summary>Reads what other nodes have appended to this node's shards, from the newest table. One call reads many shards.</summary>
internal sealed class HeadReader : IDisposable
{
    // Bounds one shard's part, so that its backlog does not delay the other shards of the call. The next call reads the rest.
    private const int MostEntries = 256;

    // Other nodes append all the time. A call at each of their notices would read only one event or two.
    private const int CallTimesApart = 3;

    private readonly Database _database;
    private readonly PeriodReader _periods;
    private readonly Gathering<Question, HeadRead> _gathering;

    public HeadReader(Database database, PeriodReader periods, TimeProvider time)
    {
        (_database, _periods) = (database, periods);
        // A damaged event among the newest of a shard delays only that shard's own question.
        _gathering = new(ReadAsync, time, Failures.IsDamage, CallTimesApart);
    }

    /// <param name="smallRecord">Records up to this size are read together with their entries.</param>
    public Task<HeadRead> ReadAsync(ShardId shard, long from, int most, int smallRecord) =>
        _gathering.AskAsync(new Question(shard.Value, from, Math.Min(most, MostEntries), smallRecord));

    public void Dispose() => _gathering.Dispose();

    private async Task<IReadOnlyList<HeadRead>> ReadAsync(IReadOnlyList<Question> questions)
    {
        try
        {
            return await ReadAsync(questions, withRecords: true).ConfigureAwait(false);
        }
        catch (StoreUnavailableException failure) when (questions.Count == 1 && Failures.IsDamage(failure))
        {
            // Read the entries without their records. The damaged event shows when its record is read to be sent.
            return await ReadAsync(questions, withRecords: false).ConfigureAwait(false);
        }
    }

    private Task<IReadOnlyList<HeadRead>> ReadAsync(IReadOnlyList<Question> questions, bool withRecords) => _database.RunAsync(
        async (connection, cancel) =>
        {
            var period = _periods.Map.Newest.Number;
            await using var batch = new NpgsqlBatch(connection);
            batch.With(
                $"""
                select {EventRow.IndexColumns}, {(withRecords ? "case when e.size <= w.small then e.record end" : "null::bytea")}, w.place
                from unnest($1::int[], $2::bigint[], $3::int[], $4::int[]) with ordinality as w(shard, first, most, small, place)
                cross join lateral (
                    select * from {PeriodTables.Events(_database.LogSchema, period)} e where e.shard = w.shard and e.sequence >= w.first
                    order by e.sequence limit w.most) e
                order by w.place, e.sequence
                """,
                Commands.Value(questions.Select(q => q.Shard).ToArray()), Commands.Value(questions.Select(q => q.From).ToArray()),
                Commands.Value(questions.Select(q => q.Most).ToArray()), Commands.Value(questions.Select(q => q.SmallRecord).ToArray()));
            // Read after the entries: this is the catalog that was in force when they were accepted, or a later one.
            batch.With(NewestSql(_database.Schema));
            await using var reader = await batch.ExecuteReaderAsync(cancel).ConfigureAwait(false);
            var found = questions.Select(_ => new List<(IndexEntry, byte[]?)>()).ToList();
            while (await reader.ReadAsync(cancel).ConfigureAwait(false))
                found[(int)reader.GetInt64(10) - 1].Add(
                    (EventRow.ReadIndex(reader), reader.IsDBNull(9) ? null : reader.GetFieldValue<byte[]>(9)));
            await reader.NextResultAsync(cancel).ConfigureAwait(false);
            await reader.ReadAsync(cancel).ConfigureAwait(false);
            var (version, newest) = (reader.GetInt64(0), reader.GetInt64(1));
            return (IReadOnlyList<HeadRead>)found.ConvertAll(entries => new HeadRead(period, newest, version, entries));
        },
        CancellationToken.None);

    /// <summary>Reads the version of the catalog and the newest period.</summary>
    public static string NewestSql(string schema) =>
        $"select (select coalesce(max(c.version), 0) from {schema}.catalog c), (select max(p.number) from {schema}.period p)";

    private readonly record struct Question(int Shard, long From, int Most, int SmallRecord);
}

/// <param name="Period">The period whose table was read.</param>
/// <param name="Newest">The newest period at that time.</param>
/// <param name="Entries">The entries in order, with the records that are small.</param>
internal sealed record HeadRead(long Period, long Newest, long CatalogVersion, IReadOnlyList<(IndexEntry Entry, byte[]? Record)> Entries);
