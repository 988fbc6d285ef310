using System.Globalization;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Postgres.Appends;
using Herald.Postgres.Connections;
using Herald.Postgres.Periods;
using Npgsql;

namespace Herald.Postgres.Reads;

/// <summary>Reads the logs: the newest events from memory, all others from the tables of periods.</summary>
internal sealed class LogReader(Database database, PeriodReader periods, RecordReader records, HeadReader heads, BoundsReader bounds)
{
    // Records up to this size are read together with their entries, because they are needed next.
    private const int SmallRecord = 2048;
    private const int ScannedForId = 100_000;
    private const int PeriodTries = 4;

    private RecentEvents?[] _recent = [];

    /// <summary>Sets the memory of each shard's newest events; null for shards of other nodes.</summary>
    public void Keep(RecentEvents?[] recent) => Volatile.Write(ref _recent, recent);

    public void Stored(AppendPlan plan, ReadOnlyMemory<NewEvent> events)
    {
        var recent = Volatile.Read(ref _recent);
        foreach (var index in plan.Accepted)
        {
            ref readonly var one = ref events.Span[index];
            if (one.Shard.Value < recent.Length && recent[one.Shard.Value] is { } newest)
                newest.Add(plan.EntryOf(index), plan.CatalogVersion, one.Record.Span);
        }
    }

    public async ValueTask<IndexRead> ReadIndexAsync(ShardId shard, long from, Memory<IndexEntry> into, CancellationToken cancel)
    {
        var recent = RecentOf(shard);
        // Memory can still hold events whose table was dropped. Those are read from the kept events only.
        if (from >= periods.Map.First(shard) && recent?.Read(from, into.Span) is { Count: > 0 } known)
            return known;
        if (into.IsEmpty)
            return new IndexRead(0, 0, from);
        var map = periods.Map;
        for (var tried = 0; tried < PeriodTries; tried++)
        {
            if (map.Of(shard, from) is not { } period)
                return await ReadKeptAsync(shard, from, map.First(shard), into, cancel).ConfigureAwait(false);
            // A node reads its own shards at their heads all the time, and everything else only sometimes.
            var read = recent is not null && period.Number == map.Newest.Number
                ? await ReadHeadAsync(shard, from, into, period, recent, cancel).ConfigureAwait(false)
                : await ReadAsync(shard, from, into, period, recent, cancel).ConfigureAwait(false);
            // Nothing was read although this period is not the newest: it was dropped, or a new period has begun.
            if (read is { } found && (found.Read.Count > 0 || found.Newest == period.Number))
                return found.Read;
            map = await periods.RefreshAsync(cancel).ConfigureAwait(false);
        }
        return new IndexRead(0, 0, from);
    }

    public async ValueTask ReadEventsAsync(ShardId shard, ReadOnlyMemory<long> sequences, IEventSink sink, CancellationToken cancel)
    {
        var (recent, first) = (RecentOf(shard), periods.Map.First(shard));
        var missing = new List<(ShardId, long)>();
        foreach (var sequence in sequences.Span)
            if (sequence < first || recent?.HasRecord(sequence) != true)
                missing.Add((shard, sequence));
        var read = missing.Count == 0 ? [] : await ReadStoredAsync([.. missing], cancel).ConfigureAwait(false);
        for (var i = 0; i < sequences.Length; i++)
        {
            var sequence = sequences.Span[i];
            if (read.TryGetValue(sequence, out var record))
                Give(shard, sequence, record, sink);
            else if (sequence >= first && recent?.TryRead(sequence, sink) != true && !missing.Contains((shard, sequence)))
                // The record was overwritten in memory since it was looked for.
                foreach (var (_, late) in await ReadStoredAsync([(shard, sequence)], cancel).ConfigureAwait(false))
                    Give(shard, sequence, late, sink);
        }
    }

    public ValueTask<LogBounds> BoundsAsync(ShardId shard, CancellationToken cancel) => bounds.ReadAsync(shard, cancel);

    /// <summary>Searches by bisection, because times never fall within a shard.</summary>
    public async ValueTask<long> FindByTimeAsync(ShardId shard, DateTimeOffset time, CancellationToken cancel)
    {
        var log = await BoundsAsync(shard, cancel).ConfigureAwait(false);
        var (low, high) = (log.First, log.Last + 1);
        var entry = new IndexEntry[1];
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            var read = await ReadIndexAsync(shard, middle, entry, cancel).ConfigureAwait(false);
            if (read.Count == 0 || entry[0].AcceptedAtMs < time.ToUnixTimeMilliseconds())
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    /// <summary>Looks up ids that a publisher gave among the remembered ids. For other ids it searches the newest events.</summary>
    public async ValueTask<long> FindByIdAsync(ShardId shard, ulong keyHash, ulong idHash, CancellationToken cancel)
    {
        var log = await BoundsAsync(shard, cancel).ConfigureAwait(false);
        var map = periods.Map;
        return await database.RunAsync(
            async (connection, either) =>
            {
                foreach (var seen in (long[])[map.Seen, map.Seen - 1])
                    if (await FindAsync(
                            connection,
                            $"select max(s.sequence) from {PeriodTables.Seen(database.LogSchema, seen)} s where s.hash "
                                + "= $1 and s.shard = $2 and s.id_hash = $3",
                            either,
                            Commands.Value((long)StableHash.Mix(keyHash, idHash)), Commands.Value(shard.Value),
                            Commands.Value((long)idHash)).ConfigureAwait(false) is { } remembered)
                        return remembered;
                for (var i = map.All.Count - 1; i >= 0 && map.All[i].Heads[shard.Value] >= log.First - 1; i--)
                {
                    var from = Math.Max(log.First, log.Last - ScannedForId);
                    if (await FindAsync(
                            connection,
                            $"select max(e.sequence) from {PeriodTables.Events(database.LogSchema, map.All[i].Number)} e where e.shard = "
                                + "$1 and e.sequence >= $2 and e.key_hash = $3 and e.id_hash = $4",
                            either, Commands.Value(shard.Value), Commands.Value(from), Commands.Value((long)keyHash),
                            Commands.Value((long)idHash)).ConfigureAwait(false) is { } scanned)
                        return scanned;
                    if (map.All[i].Heads[shard.Value] < from)
                        break;
                }
                return 0L;
            },
            cancel).ConfigureAwait(false);
    }

    /// <summary>
    /// Passes the record to the sink. Reports it as damaged if another program changed the row, or if it was damaged in the store it was
    /// imported from.
    /// </summary>
    private static void Give(ShardId shard, long sequence, byte[] record, IEventSink sink)
    {
        if (new EventView(record).IsWellFormed())
            sink.OnEvent(sequence, record);
        else
            sink.OnDamaged(
                sequence,
                string.Create(
                    CultureInfo.InvariantCulture, $"event {sequence} of shard {shard} is not the record of an event in the database"));
    }

    private RecentEvents? RecentOf(ShardId shard)
    {
        var recent = Volatile.Read(ref _recent);
        return shard.Value < recent.Length ? recent[shard.Value] : null;
    }

    private static async Task<long?> FindAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancel, params NpgsqlParameter[] parameters)
    {
        await using var command = connection.Command(sql, parameters);
        return await command.ExecuteScalarAsync(cancel).ConfigureAwait(false) as long?;
    }

    /// <summary>Returns null when the table is gone, or another one is the newest.</summary>
    private async Task<(IndexRead Read, long Newest)?> ReadHeadAsync(
        ShardId shard, long from, Memory<IndexEntry> into, Period period, RecentEvents recent, CancellationToken cancel)
    {
        HeadRead read;
        try
        {
            read = await heads.ReadAsync(shard, from, into.Length, SmallRecordFor(from, into.Length, recent)).WaitAsync(cancel)
                .ConfigureAwait(false);
        }
        catch (PostgresException failure) when (Failures.IsTableGone(failure))
        {
            return null;
        }
        if (read.Period != period.Number)
            return null;
        for (var i = 0; i < read.Entries.Count; i++)
        {
            into.Span[i] = read.Entries[i].Entry;
            Keep(recent, into.Span[i], read.CatalogVersion, read.Entries[i].Record);
        }
        return (new IndexRead(read.Entries.Count, read.CatalogVersion, from + read.Entries.Count), read.Newest);
    }

    private static int SmallRecordFor(long from, int count, RecentEvents? recent) =>
        recent is null || from + count <= recent.Last ? 0 : SmallRecord;

    private static void Keep(RecentEvents recent, in IndexEntry entry, long version, byte[]? record) =>
        recent.Add(entry, version, record is not null && new EventView(record).IsWellFormed() ? record : null);

    /// <summary>Returns null when the table is gone.</summary>
    private async Task<(IndexRead Read, long Newest)?> ReadAsync(
        ShardId shard, long from, Memory<IndexEntry> into, Period period, RecentEvents? recent, CancellationToken cancel)
    {
        var small = SmallRecordFor(from, into.Length, recent);
        try
        {
            try
            {
                return await ReadAsync(shard, from, into, period, recent, small, cancel).ConfigureAwait(false);
            }
            catch (StoreUnavailableException failure) when (small > 0 && Failures.IsDamage(failure))
            {
                // Read the entries without their records. The damaged event shows when its record is read to be sent.
                return await ReadAsync(shard, from, into, period, recent, smallRecord: 0, cancel).ConfigureAwait(false);
            }
        }
        catch (PostgresException failure) when (Failures.IsTableGone(failure))
        {
            return null;
        }
    }

    private Task<(IndexRead Read, long Newest)?> ReadAsync(
        ShardId shard, long from, Memory<IndexEntry> into, Period period, RecentEvents? recent, int smallRecord,
        CancellationToken cancel) =>
        database.RunAsync(
            async (connection, either) =>
            {
                await using var batch = new NpgsqlBatch(connection);
                batch.With(
                    $"""
                    select {EventRow.IndexColumns}, case when e.size <= $4 then e.record end
                    from {PeriodTables.Events(database.LogSchema, period.Number)} e
                    where e.shard = $1 and e.sequence >= $2 order by e.sequence limit $3
                    """,
                    Commands.Value(shard.Value), Commands.Value(from), Commands.Value((long)into.Length), Commands.Value(smallRecord));
                // Read after the entries: this is the catalog that was in force when they were accepted, or a later one.
                batch.With(HeadReader.NewestSql(database.Schema));
                await using var reader = await batch.ExecuteReaderAsync(either).ConfigureAwait(false);
                var (count, small) = (0, new List<byte[]?>());
                while (await reader.ReadAsync(either).ConfigureAwait(false))
                {
                    into.Span[count++] = EventRow.ReadIndex(reader);
                    small.Add(reader.IsDBNull(9) ? null : reader.GetFieldValue<byte[]>(9));
                }
                await reader.NextResultAsync(either).ConfigureAwait(false);
                await reader.ReadAsync(either).ConfigureAwait(false);
                var version = reader.GetInt64(0);
                for (var i = 0; i < count && recent is not null; i++)
                    Keep(recent, into.Span[i], version, small[i]);
                return ((IndexRead, long)?)(new IndexRead(count, version, from + count), reader.GetInt64(1));
            },
            cancel);

    /// <summary>Reads kept events of waiting keys below the oldest table.</summary>
    private Task<IndexRead> ReadKeptAsync(ShardId shard, long from, long first, Memory<IndexEntry> into, CancellationToken cancel) => database.RunAsync(
        async (connection, either) =>
        {
            await using var batch = new NpgsqlBatch(connection);
            batch.With(
                $"select {EventRow.IndexColumns} from {PeriodTables.Kept(database.Schema)} e where e.shard = $1 and e.sequence >= $2 and "
                    + "e.sequence < $3 order by e.sequence limit $4",
                Commands.Value(shard.Value), Commands.Value(from), Commands.Value(first), Commands.Value((long)into.Length));
            batch.With($"select coalesce(max(c.version), 0) from {database.Schema}.catalog c");
            await using var reader = await batch.ExecuteReaderAsync(either).ConfigureAwait(false);
            var count = 0;
            while (await reader.ReadAsync(either).ConfigureAwait(false))
                into.Span[count++] = EventRow.ReadIndex(reader);
            await reader.NextResultAsync(either).ConfigureAwait(false);
            await reader.ReadAsync(either).ConfigureAwait(false);
            return new IndexRead(count, reader.GetInt64(0), count == into.Length ? into.Span[count - 1].Sequence + 1 : first);
        },
        cancel);

    /// <summary>Reads records from the tables.</summary>
    /// <remarks>
    /// The caller has read these sequences before, so the map knows their tables: it can name dropped tables, but lacks none. A record that
    /// the database cannot read is returned empty; no valid record is empty.
    /// </remarks>
    private async Task<Dictionary<long, byte[]>> ReadStoredAsync((ShardId Shard, long Sequence)[] wanted, CancellationToken cancel)
    {
        var read = new Dictionary<long, byte[]>();
        await Halves.ReadAsync(wanted, some => ReadWholeAsync(some, read, cancel), one => read[one.Sequence] = []).ConfigureAwait(false);
        return read;
    }

    private async Task ReadWholeAsync((ShardId, long)[] wanted, Dictionary<long, byte[]> read, CancellationToken cancel)
    {
        for (var map = periods.Map; ; map = await periods.RefreshAsync(cancel).ConfigureAwait(false))
        {
            try
            {
                await database.RunAsync(
                    (connection, either) => records.ReadAsync(
                        connection, map, wanted, (_, sequence, record) => read[sequence] = record, either),
                    cancel).ConfigureAwait(false);
                return;
            }
            catch (PostgresException failure) when (Failures.IsTableGone(failure))
            {
                // The loop reads the map again.
            }
        }
    }
}
