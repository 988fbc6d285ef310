using System.Buffers.Binary;
using System.Globalization;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.StoreBench.Groups;
using Microsoft.Data.Sqlite;

namespace Herald.StoreBench.Sqlite;

/// <summary>Events in SQLite: a table for each shard, by sequence, with an index by id. A group is a transaction.</summary>
/// <remarks>
/// The settings are those that favour this work: a write-ahead log with a sync at each commit, checkpoints only every 64 MiB, and tables
/// that grow at their ends.
/// </remarks>
internal sealed class SqliteTables : ILogTables
{
    private const int RouteLength = 16;

    private readonly SqliteConnection _writing, _reading;
    private readonly Statement _begin, _commit;
    private readonly Statement[] _add, _original, _index, _event, _byId;

    // SQLite connections are used by one thread at a time.
    private readonly Lock _reader = new();
    private bool _hasBegun;

    public SqliteTables(string directory)
    {
        var path = Path.Combine(directory, "events.sqlite");
        _writing = Open(path);
        Run(_writing, "pragma journal_mode = wal; pragma wal_autocheckpoint = 16384");
        for (var shard = 0; shard < GroupLog.Shards; shard++)
            Run(_writing, string.Create(CultureInfo.InvariantCulture, $"""
                create table if not exists events{shard} (sequence integer primary key, flags integer, accepted integer, key_hash integer,
                    id_hash integer, route blob, topic integer, record blob);
                create index if not exists ids{shard} on events{shard} (key_hash, id_hash)
                """));
        _reading = Open(path);
        (_begin, _commit) = (new Statement(_writing.Handle!, "begin immediate"), new Statement(_writing.Handle!, "commit"));
        _add = Prepare(_writing, shard => $"insert into events{shard} values (?, ?, ?, ?, ?, ?, ?, ?)");
        _original = Prepare(
            _writing,
            shard => $"select sequence, flags, record from events{shard} where key_hash = ? and id_hash = ? order by sequence desc");
        _index = Prepare(_reading, shard => $"""
            select sequence, flags, accepted, key_hash, id_hash, route, topic, length(record) from events{shard}
            where sequence >= ? order by sequence limit ?
            """);
        _event = Prepare(_reading, shard => $"select record from events{shard} where sequence = ?");
        _byId = Prepare(_reading, shard => $"select max(sequence) from events{shard} where key_hash = ? and id_hash = ?");
    }

    public IndexEntry? Last(int shard)
    {
        using var newest = new Statement(
            _reading.Handle!, string.Create(CultureInfo.InvariantCulture, $"select max(sequence) from events{shard}"));
        var entry = default(IndexEntry);
        return newest.Step() && ReadIndex(shard, newest.Number(0), new Span<IndexEntry>(ref entry)) > 0 ? entry : null;
    }

    public Appended? FindOriginal(in NewEvent candidate)
    {
        Begin();
        var original = _original[candidate.Shard.Value].Bind(1, (long)candidate.Index.KeyHash).Bind(2, (long)candidate.Index.IdHash);
        while (original.Step())
        {
            if (!Repeat.IsPossible((EventFlags)original.Number(1)) || Repeat.Of(original.Bytes(2).ToArray(), original.Number(0), candidate.Record) is not { } known)
                continue;
            original.Reset();
            return known;
        }
        return null;
    }

    public void Add(int shard, in IndexEntry index, ReadOnlyMemory<byte> record)
    {
        Begin();
        Span<byte> route = stackalloc byte[RouteLength];
        BinaryPrimitives.WriteUInt128LittleEndian(route, index.RouteHash);
        _add[shard].Bind(1, index.Sequence).Bind(2, (long)index.Flags).Bind(3, index.AcceptedAtMs).Bind(4, (long)index.KeyHash)
            .Bind(5, (long)index.IdHash).Bind(6, route).Bind(7, index.Topic).Bind(8, record.Span).Run();
    }

    public void Commit()
    {
        _commit.Run();
        _hasBegun = false;
    }

    public int ReadIndex(int shard, long from, Span<IndexEntry> into)
    {
        var count = 0;
        lock (_reader)
        {
            var entries = _index[shard].Bind(1, from).Bind(2, into.Length);
            for (; entries.Step(); count++)
                into[count] = new IndexEntry(
                    entries.Number(0), entries.Number(2), (ulong)entries.Number(3), (ulong)entries.Number(4),
                    BinaryPrimitives.ReadUInt128LittleEndian(entries.Bytes(5)), (int)entries.Number(6), (int)entries.Number(7),
                    (EventFlags)entries.Number(1));
        }
        return count;
    }

    public void Read(int shard, long sequence, IEventSink sink)
    {
        lock (_reader)
        {
            var found = _event[shard].Bind(1, sequence);
            if (!found.Step())
                return;
            sink.OnEvent(sequence, found.Bytes(0));
            found.Reset();
        }
    }

    public long FindById(int shard, ulong keyHash, ulong idHash)
    {
        lock (_reader)
        {
            var found = _byId[shard].Bind(1, (long)keyHash).Bind(2, (long)idHash);
            var sequence = found.Step() ? found.Number(0) : 0;
            found.Reset();
            return sequence;
        }
    }

    public void Dispose()
    {
        foreach (var statement in (Statement[])[_begin, _commit, .. _add, .. _original, .. _index, .. _event, .. _byId])
            statement.Dispose();
        _reading.Dispose();
        _writing.Dispose();
    }

    private void Begin()
    {
        if (_hasBegun)
            return;
        _begin.Run();
        _hasBegun = true;
    }

    // Without the pool of connections, which would keep the file open.
    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        Run(connection, "pragma synchronous = full; pragma cache_size = -65536; pragma temp_store = memory");
        return connection;
    }

#pragma warning disable CA2100 // The texts are written here.
    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
#pragma warning restore CA2100

    private static Statement[] Prepare(SqliteConnection connection, Func<int, FormattableString> sql) =>
        [.. Enumerable.Range(0, GroupLog.Shards).Select(shard => new Statement(connection.Handle!, FormattableString.Invariant(sql(shard))))];
}
