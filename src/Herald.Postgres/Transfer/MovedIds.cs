using Herald.Engine.Events;
using Herald.Postgres.Connections;
using Npgsql;

namespace Herald.Postgres.Transfer;

/// <summary>Imported ids of events that were accepted within the window, gathered for the newest table of ids.</summary>
internal sealed class MovedIds(string table, long oldestMs)
{
    private const int MostRows = 10_000;

    private readonly List<long> _hashes = [], _sequences = [], _ids = [];
    private readonly List<int> _shards = [];

    /// <summary>When the oldest of them was accepted; null for none.</summary>
    public long? OldestMs { get; private set; }

    public bool IsFull => _hashes.Count >= MostRows;

    /// <summary>Adds an id. Ignores an event whose id would not be remembered on acceptance, or that is older than the window.</summary>
    public void Add(ShardId shard, in IndexEntry index)
    {
        if ((index.Flags & (EventFlags.Identified | EventFlags.Addressed)) != EventFlags.Identified || index.AcceptedAtMs < oldestMs)
            return;
        _hashes.Add((long)index.DuplicateHash);
        _shards.Add(shard.Value);
        _sequences.Add(index.Sequence);
        _ids.Add((long)index.IdHash);
        OldestMs = Math.Min(OldestMs ?? long.MaxValue, index.AcceptedAtMs);
    }

    public async Task StoreAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = connection.Command(
            $"insert into {table} (hash, shard, sequence, id_hash) select * from "
                + "unnest($1::bigint[], $2::int[], $3::bigint[], $4::bigint[])",
            Commands.Value(_hashes.ToArray()), Commands.Value(_shards.ToArray()), Commands.Value(_sequences.ToArray()),
            Commands.Value(_ids.ToArray()));
        await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
        _hashes.Clear();
        _shards.Clear();
        _sequences.Clear();
        _ids.Clear();
    }
}
