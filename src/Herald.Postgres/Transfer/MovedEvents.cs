using Herald.Engine.Events;
using Herald.Postgres.Connections;
using Npgsql;

namespace Herald.Postgres.Transfer;

/// <summary>Imported events that are gathered by column, for one insert into one table.</summary>
internal sealed class MovedEvents
{
    private const int MostRows = 1000;
    private const long MostBytes = 4 << 20;

    private readonly List<int> _shards = [], _topics = [], _flags = [], _sizes = [];
    private readonly List<long> _sequences = [], _accepted = [], _keys = [], _ids = [], _high = [], _low = [];
    private readonly List<byte[]> _records = [];
    private long _bytes;

    public int Count => _records.Count;
    public bool IsFull => Count >= MostRows || _bytes >= MostBytes;

    /// <summary>Adds an event. Keeps a copy of the record.</summary>
    public void Add(ShardId shard, in IndexEntry index, ReadOnlyMemory<byte> record)
    {
        _shards.Add(shard.Value);
        _sequences.Add(index.Sequence);
        _accepted.Add(index.AcceptedAtMs);
        _keys.Add((long)index.KeyHash);
        _ids.Add((long)index.IdHash);
        _high.Add((long)(ulong)(index.RouteHash >> 64));
        _low.Add((long)(ulong)index.RouteHash);
        _topics.Add(index.Topic);
        _flags.Add((int)index.Flags);
        _sizes.Add(index.Size);
        _records.Add(record.ToArray());
        _bytes += record.Length;
    }

    public async Task StoreAsync(NpgsqlConnection connection, string table, CancellationToken cancel)
    {
        await using var command = connection.Command(
            $"""
            insert into {table} (shard, sequence, accepted_at_ms, key_hash, id_hash, route_high, route_low, topic, flags, size, record)
            select * from unnest($1::int[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::int[], $9::int[], $10::int[], $11::bytea[])
            """,
            Commands.Value(_shards.ToArray()), Commands.Value(_sequences.ToArray()), Commands.Value(_accepted.ToArray()),
            Commands.Value(_keys.ToArray()),
            Commands.Value(_ids.ToArray()), Commands.Value(_high.ToArray()), Commands.Value(_low.ToArray()),
            Commands.Value(_topics.ToArray()),
            Commands.Value(_flags.ToArray()), Commands.Value(_sizes.ToArray()), Commands.Value(_records.ToArray()));
        await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
        foreach (var column in (List<int>[])[_shards, _topics, _flags, _sizes])
            column.Clear();
        foreach (var column in (List<long>[])[_sequences, _accepted, _keys, _ids, _high, _low])
            column.Clear();
        _records.Clear();
        _bytes = 0;
    }
}
