using Herald.Engine.Stores;
using Herald.Postgres.Connecting;
using Herald.Postgres.Locking;
using Npgsql;

namespace Herald.Postgres.Committing;

/// <summary>Reads back what commits have saved; of many shards in one call, since a node that takes over loads many.</summary>
internal sealed class ProgressReader : IDisposable
{
    private readonly Database _database;
    private readonly CommitSql _sql;
    private readonly Gathering<int, (long Epoch, ShardProgress Progress)> _loads;

    public ProgressReader(Database database, CommitSql sql, TimeProvider time)
    {
        (_database, _sql) = (database, sql);
        // A shard that somebody keeps locked holds up its own load alone.
        _loads = new(LoadAsync, time, failure => failure.InnerException is { } inner && Failures.IsLockTimeout(inner));
    }

    public async Task<ShardProgress> LoadAsync(Fence fence, CancellationToken cancel)
    {
        var (epoch, progress) = await _loads.AskAsync(fence.Shard.Value).WaitAsync(cancel).ConfigureAwait(false);
        return epoch == fence.Epoch ? progress : throw Owners.Stale(fence, epoch);
    }

    /// <summary>Without a lock: one statement sees one moment.</summary>
    public Task<ShardProgress> PeekAsync(ShardId shard, CancellationToken cancel) => _database.RunAsync(
        async (connection, either) =>
        {
            await using var command = connection.Command(_sql.Load, Commands.Value<int[]>([shard.Value]));
            await using var reader = await command.ExecuteReaderAsync(either).ConfigureAwait(false);
            return await ReadAsync(reader, shard.Value, either).ConfigureAwait(false);
        },
        cancel);

    public void Dispose() => _loads.Dispose();

    /// <summary>What one shard has in the answer to <see cref="CommitSql.Load"/>.</summary>
    public static async Task<ShardProgress> ReadAsync(NpgsqlDataReader reader, int shard, CancellationToken cancel) =>
        (await ReadAsync(reader, cancel).ConfigureAwait(false)).GetValueOrDefault(shard, new ShardProgress([]));

    private Task<IReadOnlyList<(long, ShardProgress)>> LoadAsync(IReadOnlyList<int> shards) => _database.RunAsync(
        async (connection, cancel) =>
        {
            var all = shards.Distinct().ToArray();
            await using var batch = new NpgsqlBatch(connection);
            batch.WithBounds().With(_sql.LockOwners, Commands.Value(all)).With(_sql.Load, Commands.Value(all));
            await using var reader = await _database.Locks.RunAsync(LockTable.Owner, all, () => batch.ExecuteReaderAsync(cancel)).ConfigureAwait(false);
            await reader.NextResultAsync(cancel).ConfigureAwait(false);
            var epochs = new Dictionary<int, long>();
            while (await reader.ReadAsync(cancel).ConfigureAwait(false))
                epochs[reader.GetInt32(0)] = reader.GetInt64(1);
            await reader.NextResultAsync(cancel).ConfigureAwait(false);
            var loaded = await ReadAsync(reader, cancel).ConfigureAwait(false);
            return (IReadOnlyList<(long, ShardProgress)>)shards.Select(shard => (epochs.GetValueOrDefault(shard), loaded.GetValueOrDefault(shard, new ShardProgress([])))).ToList();
        },
        CancellationToken.None);

    private static async Task<Dictionary<int, ShardProgress>> ReadAsync(NpgsqlDataReader reader, CancellationToken cancel)
    {
        var (found, complete) = (new Dictionary<int, List<ReadOnlyMemory<byte>>>(), new HashSet<int>());
        while (await reader.ReadAsync(cancel).ConfigureAwait(false))
        {
            var shard = reader.GetInt32(0);
            // What lies behind the last checkpoint is old.
            if (complete.Contains(shard))
                continue;
            if (reader.GetBoolean(1))
                complete.Add(shard);
            if (!found.TryGetValue(shard, out var records))
                found.Add(shard, records = []);
            if (reader.GetFieldValue<byte[]>(2) is { Length: > 0 } record)
                records.Add(record);
        }
        foreach (var records in found.Values)
            records.Reverse();
        return found.ToDictionary(one => one.Key, one => new ShardProgress(one.Value));
    }
}
