using System.Runtime.CompilerServices;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Engine.Transfer;
using Herald.Postgres.Catalogs;
using Herald.Postgres.Commits;
using Herald.Postgres.Connections;
using Herald.Postgres.DeadLetters;
using Herald.Postgres.Periods;
using Herald.Postgres.Reads;
using Npgsql;

namespace Herald.Postgres.Transfer;

/// <summary>Reads out a store that no node uses, in one transaction that sees a single moment. Changes nothing.</summary>
public sealed class PostgresSource : IStoreSource
{
    // If a row cannot be read, this many rows are read in the slow way that leaves out damaged ones.
    private const int RowsAtOnce = 64;

    private const string Part = "where e.shard = $1 and e.sequence >= $2 and e.sequence < $3";

    private readonly Database _database;
    private readonly TimeProvider _time;
    private readonly string _schema;
    private readonly PeriodMap _periods;
    private readonly StoreIdentity _identity;
    private NpgsqlConnection _connection;

    private PostgresSource(Database database, NpgsqlConnection connection, TimeProvider time, PeriodMap periods, StoreIdentity identity) =>
        (_database, _connection, _time, _schema, _periods, _identity) = (database, connection, time, database.Schema, periods, identity);

    public StoreShape Shape { get; private set; } = null!;
    public UnreadItems Unread { get; } = new();

    /// <exception cref="MoveRefusedException">There is no store in the schema.</exception>
    /// <exception cref="StoreBusyException">A node uses the store.</exception>
    /// <exception cref="StoreUnavailableException">The database cannot be reached.</exception>
    public static async Task<PostgresSource> OpenAsync(PostgresOptions options, TimeProvider time, Action<string> notices, CancellationToken cancel)
    {
        var database = new Database(options, time);
        NpgsqlConnection? connection = null;
        try
        {
            await new LiveNodes(database, time, options.Lease, notices).RefuseAsync(cancel).ConfigureAwait(false);
            connection = await BeginAsync(database, cancel).ConfigureAwait(false);
            var identity = await StoreIdentity.ReadAsync(connection, database.Schema, cancel).ConfigureAwait(false)
                ?? throw new MoveRefusedException($"There is no store in schema '{database.Schema}'.");
            var periods = await PeriodReader.ReadAsync(connection, database.Schema, cancel).ConfigureAwait(false);
            var source = new PostgresSource(database, connection, time, periods, identity);
            source.Shape = await source.ReadShapeAsync(cancel).ConfigureAwait(false);
            await source.TellForgottenAsync(notices, cancel).ConfigureAwait(false);
            return source;
        }
        catch
        {
            if (connection is not null)
                await connection.DisposeAsync().ConfigureAwait(false);
            await database.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async Task CopyAsync(IStoreTarget target, CancellationToken cancel)
    {
        await CopyCatalogAsync(target, cancel).ConfigureAwait(false);
        await CopyProgressAsync(target, cancel).ConfigureAwait(false);
        for (var shard = 0; shard < Shape.Shards.Count; shard++)
            await CopyEventsAsync(new ShardId(shard), target, cancel).ConfigureAwait(false);
        await CopyLettersAsync(target, cancel).ConfigureAwait(false);

        await foreach (var row in RowsAsync($"select s.shard, s.application, s.key, s.value from {_schema}.state s order by s.shard, s.application, s.key", cancel).ConfigureAwait(false))
            await target.AddStateAsync(
                new ShardId(row.GetInt32(0)), row.GetString(1), row.GetFieldValue<byte[]>(2), row.GetFieldValue<byte[]>(3), cancel).ConfigureAwait(false);

        await foreach (var row in RowsAsync($"select p.name, max(p.position) from {_schema}.source_position p group by p.name order by p.name", cancel).ConfigureAwait(false))
            await target.AddSourceAsync(new SourcePosition(row.GetString(0), row.GetInt64(1)), cancel).ConfigureAwait(false);

        await foreach (var row in RowsAsync(
            $"select h.shard, h.first, h.last, h.written_at_ms, h.block from {_schema}.history h order by h.shard, h.epoch, h.number", cancel).ConfigureAwait(false))
            await target.AddHistoryAsync(
                new ShardId(row.GetInt32(0)), new HistoryBlock(row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetFieldValue<byte[]>(4)), cancel).ConfigureAwait(false);

        await foreach (var row in RowsAsync($"select k.shard, k.key_hash, k.from_sequence from {_schema}.kept_key k order by k.shard, k.key_hash", cancel).ConfigureAwait(false))
            await target.AddKeptKeyAsync(new ShardId(row.GetInt32(0)), new KeptKey((ulong)row.GetInt64(1), row.GetInt64(2)), cancel).ConfigureAwait(false);

        // Events that were copied, and whose table could not be dropped yet, are read from the table.
        for (var shard = 0; shard < Shape.Shards.Count; shard++)
        {
            var id = new ShardId(shard);
            await CopyEventsAsync(
                id, PeriodTables.Kept(_schema), Shape.Shards[shard].First,
                (entry, record) => target.AddKeptEventAsync(id, entry, record, cancel), cancel).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync().ConfigureAwait(false);
        await _database.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<NpgsqlConnection> BeginAsync(Database database, CancellationToken cancel)
    {
        var connection = await database.Source.OpenConnectionAsync(cancel).ConfigureAwait(false);
        try
        {
            await using var begin = connection.Command("begin transaction isolation level repeatable read read only");
            await begin.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Begins a new transaction, because the client closes a connection that has met damage.</summary>
    /// <remarks>
    /// The new transaction sees the same data as long as no node uses the store. A node that has used it shows by what it has appended or
    /// settled.
    /// </remarks>
    private async Task BeginAnewAsync(CancellationToken cancel)
    {
        await _connection.DisposeAsync().ConfigureAwait(false);
        _connection = await BeginAsync(_database, cancel).ConfigureAwait(false);
        if (!Shape.Shards.SequenceEqual((await ReadShapeAsync(cancel).ConfigureAwait(false)).Shards))
            throw new StoreBusyException(
                $"The store in schema '{_schema}' was changed during the export. Stop all nodes first, then try again.");
    }

    private async Task<StoreShape> ReadShapeAsync(CancellationToken cancel)
    {
        var shards = new ShardShape[_identity.ShardCount];
        for (var shard = 0; shard < shards.Length; shard++)
        {
            var first = _periods.First(new ShardId(shard));
            shards[shard] = new ShardShape(first, first, _periods.Newest.Heads[shard], 0, 0, 0);
        }
        foreach (var period in _periods.All)
        {
            var table = PeriodTables.Events(_database.LogSchema, period.Number);
            await foreach (var row in RowsAsync(
                $"""
                select l.shard, f.accepted_at_ms, t.sequence, t.accepted_at_ms from {_schema}.shard_lock l
                cross join lateral (select e.accepted_at_ms from {table} e where e.shard = l.shard order by e.sequence limit 1) f
                cross join lateral (select e.sequence, e.accepted_at_ms from {table} e where e.shard = l.shard order by e.sequence desc limit 1) t
                """, cancel).ConfigureAwait(false))
            {
                ref var shard = ref shards[row.GetInt32(0)];
                shard = shard with { OldestMs = shard.OldestMs == 0 ? row.GetInt64(1) : shard.OldestMs, Last = row.GetInt64(2), NewestMs = row.GetInt64(3) };
            }
        }
        await foreach (var row in RowsAsync(
            $"select l.shard, (select coalesce(p.free_below, p.settled_below) from {_schema}.progress p where p.shard = l.shard order by p.epoch desc, p.number desc limit 1) from {_schema}.shard_lock l",
            cancel).ConfigureAwait(false))
            if (!row.IsDBNull(1))
                shards[row.GetInt32(0)] = shards[row.GetInt32(0)] with { SettledBelow = row.GetInt64(1) };
        return new StoreShape(_identity.HashSeed, _identity.HashSecret, shards);
    }

    /// <summary>
    /// Reports ids that outlive their events: this store remembers them by two hashes, which are not enough for the entry that another
    /// store needs.
    /// </summary>
    private async Task TellForgottenAsync(Action<string> notices, CancellationToken cancel)
    {
        var forgotten = 0L;
        foreach (var seen in (long[])[_periods.Seen - 1, _periods.Seen])
            await foreach (var row in RowsAsync(
                $"""
                select count(*) from {PeriodTables.Seen(_database.LogSchema, seen)} s
                join unnest($1::int[], $2::bigint[]) as f(shard, first) on s.shard = f.shard and s.sequence < f.first
                """, cancel, Commands.Value(Enumerable.Range(0, Shape.Shards.Count).ToArray()), Commands.Value(Shape.Shards.Select(shard => shard.First).ToArray())).ConfigureAwait(false))
                forgotten += row.GetInt64(0);
        if (forgotten > 0)
            notices($"{forgotten} remembered ids belong to events that are no longer kept. These ids are not moved, so an event with one of them is accepted again.");
    }

    private async Task CopyCatalogAsync(IStoreTarget target, CancellationToken cancel)
    {
        var told = new HashSet<(string, string)>();
        try
        {
            await foreach (var row in RowsAsync(
                $"select {CatalogTable.Columns} from {_schema}.catalog c order by c.version, c.kind desc, c.id", cancel).ConfigureAwait(false))
                await AddAsync(CatalogTable.Record(row, 0)).ConfigureAwait(false);
            return;
        }
        catch (PostgresException failure) when (Failures.IsDamage(failure))
        {
            await BeginAnewAsync(cancel).ConfigureAwait(false);
        }
        var all = await new CatalogTable(_database, new PeriodReader(_database)).ReadAsync(0, int.MaxValue, cancel).ConfigureAwait(false);
        foreach (var record in all.Records.Where(record => !told.Contains((record.Kind, record.Id))))
        {
            if (record.Body is { IsEmpty: true })
                Unread.Add($"{record.Kind} '{record.Id}'");
            await AddAsync(record).ConfigureAwait(false);
        }

        ValueTask AddAsync(CatalogRecord record)
        {
            told.Add((record.Kind, record.Id));
            return target.AddCatalogRecordAsync(record, cancel);
        }
    }

    private async Task CopyProgressAsync(IStoreTarget target, CancellationToken cancel)
    {
        for (var shard = 0; shard < Shape.Shards.Count; shard++)
        {
            foreach (var record in (await ReadProgressAsync(shard, cancel).ConfigureAwait(false)).Records)
            {
                if (record.Span.SequenceEqual(ShardProgress.Unreadable.Span))
                    Unread.Add($"a record of the progress of shard {shard}");
                await target.AddProgressAsync(new ShardId(shard), record, cancel).ConfigureAwait(false);
            }
        }
    }

    private async Task<ShardProgress> ReadProgressAsync(int shard, CancellationToken cancel)
    {
        var sql = new CommitSql(_schema);
        try
        {
            await using var command = _connection.Command(sql.Load, Commands.Value<int[]>([shard]));
            await using var reader = await command.ExecuteReaderAsync(cancel).ConfigureAwait(false);
            return await ProgressReader.ReadAsync(reader, shard, cancel).ConfigureAwait(false);
        }
        catch (PostgresException failure) when (Failures.IsDamage(failure))
        {
            await BeginAnewAsync(cancel).ConfigureAwait(false);
        }
        using var progress = new ProgressReader(_database, sql, _time);
        return await progress.PeekAsync(new ShardId(shard), cancel).ConfigureAwait(false);
    }

    private async Task CopyEventsAsync(ShardId shard, IStoreTarget target, CancellationToken cancel)
    {
        foreach (var period in _periods.All)
            await CopyEventsAsync(
                shard, PeriodTables.Events(_database.LogSchema, period.Number), long.MaxValue,
                (entry, record) => target.AddEventAsync(shard, entry, record, cancel), cancel).ConfigureAwait(false);
    }

    private async Task CopyEventsAsync(
        ShardId shard, string table, long below, Func<IndexEntry, ReadOnlyMemory<byte>, ValueTask> add, CancellationToken cancel)
    {
        for (var from = 0L; from < below;)
        {
            try
            {
                await foreach (var row in RowsAsync(
                    $"select {EventRow.IndexColumns}, e.record from {table} e {Part} order by e.sequence", cancel, Commands.Value(shard.Value), Commands.Value(from), Commands.Value(below)).ConfigureAwait(false))
                {
                    var entry = EventRow.ReadIndex(row);
                    await add(entry, row.GetFieldValue<byte[]>(9)).ConfigureAwait(false);
                    from = entry.Sequence + 1;
                }
                return;
            }
            catch (PostgresException failure) when (Failures.IsDamage(failure))
            {
                await BeginAnewAsync(cancel).ConfigureAwait(false);
            }
            from = await CopyReadableAsync(shard, table, from, below, add, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Copies a few events, some of them damaged. A damaged event is copied without a record: in the target it is damaged too, and becomes
    /// a dead letter.
    /// </summary>
    /// <returns>The sequence after the last of them.</returns>
    private async Task<long> CopyReadableAsync(
        ShardId shard, string table, long from, long below, Func<IndexEntry, ReadOnlyMemory<byte>, ValueTask> add, CancellationToken cancel)
    {
        var entries = new List<IndexEntry>();
        await foreach (var row in RowsAsync(
            $"select {EventRow.IndexColumns} from {table} e {Part} order by e.sequence limit {RowsAtOnce}", cancel, Commands.Value(shard.Value), Commands.Value(from), Commands.Value(below)).ConfigureAwait(false))
            entries.Add(EventRow.ReadIndex(row));
        var records = new Dictionary<long, byte[]>();
        await new RecordReader(_database).ReadReadableAsync(
            () => _periods, entries.Select(entry => (shard, entry.Sequence)).ToArray(), (_, sequence, record) => records[sequence] = record, cancel)
            .ConfigureAwait(false);
        foreach (var entry in entries)
        {
            if (!records.TryGetValue(entry.Sequence, out var record))
                Unread.Add($"event {entry.Sequence} of shard {shard}");
            await add(record is null ? entry with { Size = 0 } : entry, record).ConfigureAwait(false);
        }
        return entries.Count == 0 ? below : entries[^1].Sequence + 1;
    }

    private async Task CopyLettersAsync(IStoreTarget target, CancellationToken cancel)
    {
        DeadLetter? last = null;
        try
        {
            await foreach (var row in RowsAsync(
                $"select {LetterRow.Columns} from {_schema}.dead_letter d order by d.died_at_ms, d.shard, d.sequence, d.subscription, d.generation", cancel).ConfigureAwait(false))
                await AddAsync(LetterRow.Read(row)).ConfigureAwait(false);
            return;
        }
        catch (PostgresException failure) when (Failures.IsDamage(failure))
        {
            await BeginAnewAsync(cancel).ConfigureAwait(false);
        }
        var letters = new LetterReader(_database);
        while (await letters.ReadAfterAsync(last, RowsAtOnce, AddUnread, cancel).ConfigureAwait(false) is { Count: > 0 } some)
        {
            foreach (var letter in some)
                await AddAsync(letter).ConfigureAwait(false);
        }

        void AddUnread(DeadLetterId id) => Unread.Add($"the event of a dead letter, {id.Sequence} of shard {id.Shard}");

        ValueTask AddAsync(DeadLetter letter)
        {
            last = letter;
            return target.AddDeadLetterAsync(letter, cancel);
        }
    }

    /// <summary>
    /// Returns rows as they arrive and never holds all of them in memory. There is no time limit, because an operator watches and can stop
    /// it.
    /// </summary>
    private async IAsyncEnumerable<NpgsqlDataReader> RowsAsync(string sql, [EnumeratorCancellation] CancellationToken cancel, params NpgsqlParameter[] parameters)
    {
        await using var command = _connection.Command(sql, parameters);
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        while (await reader.ReadAsync(cancel).ConfigureAwait(false))
            yield return reader;
    }
}
