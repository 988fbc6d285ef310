using System.Diagnostics;
using Herald.Engine.Stores;
using Herald.Postgres.Connections;
using Herald.Postgres.Locks;
using Herald.Postgres.Periods;
using Herald.Postgres.Reads;
using Npgsql;
using NpgsqlTypes;

namespace Herald.Postgres.Catalogs;

/// <summary>The catalog. A change holds the locks of all shards while it reads the heads and writes.</summary>
/// <remarks>
/// Events that were appended before it are at or below these heads. Events that are appended after it are above them, and are read with a
/// catalog that has the change.
/// </remarks>
internal sealed class CatalogTable(Database database, PeriodReader periods)
{
    private const int Tries = 10;
    internal const string Columns = "c.kind, c.id, c.number, c.parent, c.version, c.heads, c.body";

    // Works for a damaged body too: the database knows whether it is null without reading it.
    private const string WithoutBodies =
        "c.kind, c.id, c.number, c.parent, c.version, c.heads, case when c.body is null then null else ''::bytea end";

    private readonly string _schema = database.Schema;

    public async Task<CatalogChanges> ReadAsync(long sinceVersion, int limit, CancellationToken cancel)
    {
        try
        {
            return await ReadAsync(sinceVersion, limit, Columns, cancel).ConfigureAwait(false);
        }
        catch (StoreUnavailableException failure) when (Failures.IsDamage(failure))
        {
            var changes = await ReadAsync(sinceVersion, limit, WithoutBodies, cancel).ConfigureAwait(false);
            var whole = await WithBodiesAsync(changes.Records, cancel).ConfigureAwait(false);
            // A record that was changed meanwhile comes again with its later version.
            return changes with { Records = [.. whole.Where(record => record.Version <= changes.Version)] };
        }
    }

    public async Task<IReadOnlyList<CatalogRecord>> FindAsync(CatalogQuery query, CancellationToken cancel)
    {
        try
        {
            return await FindAsync(query, Columns, cancel).ConfigureAwait(false);
        }
        catch (StoreUnavailableException failure) when (Failures.IsDamage(failure))
        {
            return await WithBodiesAsync(await FindAsync(query, WithoutBodies, cancel).ConfigureAwait(false), cancel).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Reads the bodies. A body that cannot be read stays empty; no valid record is empty, so the reader recognises it as damaged.
    /// </summary>
    private async Task<IReadOnlyList<CatalogRecord>> WithBodiesAsync(IReadOnlyList<CatalogRecord> records, CancellationToken cancel)
    {
        // A record that has a body and is not found was removed meanwhile.
        var whole = records.Where(record => record.Body is null).ToDictionary(record => (record.Kind, record.Id));
        await Halves.ReadAsync(
            records.Where(record => record.Body is not null).ToArray(),
            async some =>
            {
                foreach (var kind in some.ToLookup(record => record.Kind, record => record.Number))
                    foreach (var found in await FindAsync(new CatalogQuery.ByNumber(kind.Key, [.. kind]), Columns, cancel).ConfigureAwait(false))
                        whole[(found.Kind, found.Id)] = found;
            },
            record => whole[(record.Kind, record.Id)] = record).ConfigureAwait(false);
        return [.. records.Where(record => whole.ContainsKey((record.Kind, record.Id))).Select(record => whole[(record.Kind, record.Id)])];
    }

    private Task<CatalogChanges> ReadAsync(long sinceVersion, int limit, string columns, CancellationToken cancel) => database.RunAsync(
        async (connection, either) =>
        {
            // The record one past the limit determines where to stop. Its whole change is left for the next call.
            await using var command = connection.Command(
                $"""
                select v.version, v.next, {columns}
                from (
                    select coalesce(max(n.version), 0) as version,
                        (select m.version from {_schema}.catalog m where m.version > $1 order by m.version offset $2 limit 1) as next
                    from {_schema}.catalog n) v
                left join {_schema}.catalog c on c.version > $1 and (v.next is null or c.version <= v.next)
                order by c.version, c.kind desc, c.id
                """,
                Commands.Value(sinceVersion), Commands.Value(limit));
            await using var reader = await command.ExecuteReaderAsync(either).ConfigureAwait(false);
            var (version, isLast, records) = (0L, true, new List<CatalogRecord>());
            while (await reader.ReadAsync(either).ConfigureAwait(false))
            {
                var newest = reader.GetInt64(0);
                version = reader.IsDBNull(1) ? newest : reader.GetInt64(1);
                isLast = version == newest;
                if (!reader.IsDBNull(2))
                    records.Add(Record(reader, 2));
            }
            return new CatalogChanges(version, isLast, records);
        },
        cancel);

    private Task<IReadOnlyList<CatalogRecord>> FindAsync(
        CatalogQuery query, string columns, CancellationToken cancel) => database.RunAsync<IReadOnlyList<CatalogRecord>>(
        async (connection, either) =>
        {
            var (condition, values) = Condition(query);
            await using var command = connection.Command(
                $"select {columns} from {_schema}.catalog c where c.kind = $1 and c.body is not null and {condition}",
                [Commands.Value(query.Kind), .. values]);
            await using var reader = await command.ExecuteReaderAsync(either).ConfigureAwait(false);
            var records = new List<CatalogRecord>();
            while (await reader.ReadAsync(either).ConfigureAwait(false))
                records.Add(Record(reader, 0));
            return records;
        },
        cancel);

    private static (string Condition, NpgsqlParameter[] Values) Condition(CatalogQuery query) => query switch
    {
        CatalogQuery.ById { Id: var id } => ("c.id = $2", [Commands.Value(id)]),
        CatalogQuery.ByNumber { Numbers: var numbers } => ("c.number = any($2)", [Commands.Value(numbers.ToArray())]),
        CatalogQuery.ByParent { Parents: var parents } =>
            ("c.parent = any($2) order by c.parent, c.id", [Commands.Value(parents.ToArray())]),
        CatalogQuery.Page { Parent: { } parent } page => (
            "c.parent = $2 and c.id > $3 order by c.id limit $4",
            [Commands.Value(parent), Commands.Value(page.After ?? ""), Commands.Value(page.Limit)]),
        CatalogQuery.Page page => (
            "c.tenant = $2 and c.id > $3 order by c.id limit $4",
            [Commands.Value(page.Tenant.ToString()), Commands.Value(page.After ?? ""), Commands.Value(page.Limit)]),
        _ => throw new UnreachableException($"{query}"),
    };

    /// <summary>Reads a record from <see cref="Columns"/>, the first of which is at <paramref name="from"/>.</summary>
    internal static CatalogRecord Record(NpgsqlDataReader reader, int from) => new(
        reader.GetString(from), reader.GetString(from + 1), reader.GetInt32(from + 2), reader.GetInt32(from + 3), reader.GetInt64(from + 4),
        reader.GetFieldValue<long[]>(from + 5),
        reader.IsDBNull(from + 6) ? (ReadOnlyMemory<byte>?)null : reader.GetFieldValue<byte[]>(from + 6));

    public Task<CatalogReply> ChangeAsync(IReadOnlyList<CatalogWrite> writes, CancellationToken cancel)
    {
        if (writes.FirstOrDefault(one => !StoredText.Holds(one.Id)) is { } wrong)
            throw new ArgumentException(
                $"'{StoredText.Of(wrong.Id)}' cannot be the id of a {wrong.Kind}: it contains characters that PostgreSQL cannot store.",
                nameof(writes));
        return database.RunAsync((connection, either) => ChangeAsync(connection, writes, either), cancel);
    }

    private async Task<CatalogReply> ChangeAsync(NpgsqlConnection connection, IReadOnlyList<CatalogWrite> writes, CancellationToken cancel)
    {
        for (var tried = 0; tried < Tries; tried++)
        {
            if (await TryChangeAsync(connection, writes, periods.Map, cancel).ConfigureAwait(false) is { } reply)
                return reply;
            await periods.RefreshAsync(cancel).ConfigureAwait(false);
        }
        throw new StoreUnavailableException(
            "The catalog cannot be changed now: new tables of events appear faster than they can be read. Try again.");
    }

    /// <summary>Returns null when a new period has begun.</summary>
    private async Task<CatalogReply?> TryChangeAsync(
        NpgsqlConnection connection, IReadOnlyList<CatalogWrite> writes, PeriodMap map, CancellationToken cancel)
    {
        var (kinds, ids) = (writes.Select(w => w.Kind).ToArray(), writes.Select(w => w.Id).ToArray());
        await using var look = new NpgsqlBatch(connection);
        look.With(Transactions.Begin).WithWideBounds()
            .With($"select s.id from {_schema}.store s for update")
            .With($"select l.shard from {_schema}.shard_lock l order by l.shard for update")
            .With(
                $"""
                select l.shard, (select e.sequence from {PeriodTables.Events(database.LogSchema, map.Newest.Number)} e where e.shard = l.shard order by e.sequence desc limit 1),
                    (select max(p.number) from {_schema}.period p), (select coalesce(max(c.version), 0) from {_schema}.catalog c)
                from {_schema}.shard_lock l
                """)
            .With(
                $"""
                select c.kind, c.id, c.version from unnest($1::text[], $2::text[]) as w(kind, id)
                join {_schema}.catalog c on c.kind = w.kind and c.id = w.id and c.body is not null
                """,
                Commands.Value(kinds), Commands.Value(ids));
        var (version, newest, heads, there) = await database.Locks.RunAsync(
            LockTable.Log, map.Shards, () => LookAsync(look, map, cancel)).ConfigureAwait(false);
        var conflict = Enumerable.Range(0, writes.Count)
            .FirstOrDefault(
                i => writes[i].ExpectedVersion is { } expected && expected != there.GetValueOrDefault((writes[i].Kind, writes[i].Id)), -1);
        if (newest != map.Newest.Number || conflict >= 0)
        {
            await Transactions.RollbackAsync(connection, cancel).ConfigureAwait(false);
            return conflict >= 0 && newest == map.Newest.Number ? new CatalogReply(version, heads, conflict) : null;
        }
        await using var write = new NpgsqlBatch(connection);
        // Of several writes of one record only the last counts.
        foreach (var one in writes.GroupBy(w => (w.Kind, w.Id)).Select(g => g.Last()))
            write.With(
                $"""
                insert into {_schema}.catalog as c (kind, id, number, parent, version, heads, body) values ($1, $2, $3, $4, $5, $6, $7)
                on conflict (kind, id) do update set
                    number = case when c.body is null then excluded.number else c.number end,
                    parent = excluded.parent, version = excluded.version, heads = excluded.heads, body = excluded.body
                """,
                Commands.Value(one.Kind), Commands.Value(one.Id), Commands.Value((int)(version + 1)), Commands.Value(one.Parent),
                Commands.Value(version + 1), Commands.Value(heads),
                new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Bytea, Value = one.Body is { } body ? body : DBNull.Value });
        write.With(Transactions.Commit);
        await write.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
        return new CatalogReply(version + 1, heads, null);
    }

    private static async Task<(long Version, long Newest, long[] Heads, Dictionary<(string, string), long> There)> LookAsync(
        NpgsqlBatch look, PeriodMap map, CancellationToken cancel)
    {
        await using var reader = await look.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        await reader.NextResultAsync(cancel).ConfigureAwait(false);
        await reader.NextResultAsync(cancel).ConfigureAwait(false);
        await reader.NextResultAsync(cancel).ConfigureAwait(false);
        var (version, newest, heads, there) = (0L, 0L, map.Newest.Heads.ToArray(), new Dictionary<(string, string), long>());
        while (await reader.ReadAsync(cancel).ConfigureAwait(false))
        {
            if (!reader.IsDBNull(1))
                heads[reader.GetInt32(0)] = reader.GetInt64(1);
            (newest, version) = (reader.GetInt64(2), reader.GetInt64(3));
        }
        await reader.NextResultAsync(cancel).ConfigureAwait(false);
        while (await reader.ReadAsync(cancel).ConfigureAwait(false))
            there[(reader.GetString(0), reader.GetString(1))] = reader.GetInt64(2);
        return (version, newest, heads, there);
    }
}
