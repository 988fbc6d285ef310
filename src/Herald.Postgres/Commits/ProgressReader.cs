using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Postgres.Connections;
using Herald.Postgres.Locks;
using Herald.Postgres.Reads;
using Npgsql;

namespace Herald.Postgres.Commits;

/// <summary>Reads saved progress. One call reads many shards, because a node that takes over loads many at once.</summary>
internal sealed class ProgressReader : IDisposable
{
    private readonly Database _database;
    private readonly CommitSql _sql;
    private readonly Gathering<int, (long Epoch, ShardProgress Progress)> _loads;

    public ProgressReader(Database database, CommitSql sql, TimeProvider time)
    {
        (_database, _sql) = (database, sql);
        // A locked shard or a damaged record delays only its own load.
        _loads = new(
            LoadAsync, time,
            failure => (failure.InnerException is { } inner && Failures.IsLockTimeout(inner)) || Failures.IsDamage(failure));
    }

    public async Task<ShardProgress> LoadAsync(Fence fence, CancellationToken cancel)
    {
        var (epoch, progress) = await _loads.AskAsync(fence.Shard.Value).WaitAsync(cancel).ConfigureAwait(false);
        return epoch == fence.Epoch ? progress : throw Owners.Stale(fence, epoch);
    }

    /// <summary>Reads without a lock: one statement sees one moment.</summary>
    public async Task<ShardProgress> PeekAsync(ShardId shard, CancellationToken cancel)
    {
        try
        {
            return await _database.RunAsync(
                async (connection, either) =>
                {
                    await using var command = connection.Command(_sql.Load, Commands.Value<int[]>([shard.Value]));
                    await using var reader = await command.ExecuteReaderAsync(either).ConfigureAwait(false);
                    return await ReadAsync(reader, shard.Value, either).ConfigureAwait(false);
                },
                cancel).ConfigureAwait(false);
        }
        catch (StoreUnavailableException failure) when (Failures.IsDamage(failure))
        {
            return await ReadReadableAsync(shard.Value, cancel).ConfigureAwait(false);
        }
    }

    public void Dispose() => _loads.Dispose();

    /// <summary>Returns one shard's part of the answer to <see cref="CommitSql.Load"/>.</summary>
    public static async Task<ShardProgress> ReadAsync(NpgsqlDataReader reader, int shard, CancellationToken cancel) =>
        (await ReadAsync(reader, cancel).ConfigureAwait(false)).GetValueOrDefault(shard, new ShardProgress([]));

    private async Task<IReadOnlyList<(long, ShardProgress)>> LoadAsync(IReadOnlyList<int> shards)
    {
        try
        {
            return await LoadAsync(shards, _sql.Load).ConfigureAwait(false);
        }
        catch (StoreUnavailableException failure) when (shards.Count == 1 && Failures.IsDamage(failure))
        {
            // Read the epoch first. The lock waits for what the previous owner has under way; after that only this epoch can save.
            var loaded = await LoadAsync(shards, read: null).ConfigureAwait(false);
            return [(loaded[0].Epoch, await ReadReadableAsync(shards[0], CancellationToken.None).ConfigureAwait(false))];
        }
    }

    /// <param name="read">The statement that reads the records; null to read none.</param>
    private Task<IReadOnlyList<(long Epoch, ShardProgress)>> LoadAsync(IReadOnlyList<int> shards, string? read) => _database.RunAsync(
        async (connection, cancel) =>
        {
            var all = shards.Distinct().ToArray();
            await using var batch = new NpgsqlBatch(connection);
            batch.WithBounds().With(_sql.LockOwners, Commands.Value(all));
            if (read is not null)
                batch.With(read, Commands.Value(all));
            await using var reader = await _database.Locks.RunAsync(
                LockTable.Owner, all, () => batch.ExecuteReaderAsync(cancel)).ConfigureAwait(false);
            await reader.NextResultAsync(cancel).ConfigureAwait(false);
            var epochs = new Dictionary<int, long>();
            while (await reader.ReadAsync(cancel).ConfigureAwait(false))
                epochs[reader.GetInt32(0)] = reader.GetInt64(1);
            await reader.NextResultAsync(cancel).ConfigureAwait(false);
            var loaded = read is null ? [] : await ReadAsync(reader, cancel).ConfigureAwait(false);
            return (IReadOnlyList<(long, ShardProgress)>)shards.Select(
                shard => (epochs.GetValueOrDefault(shard), loaded.GetValueOrDefault(shard, new ShardProgress([])))).ToList();
        },
        CancellationToken.None);

    private async Task<ShardProgress> ReadReadableAsync(int shard, CancellationToken cancel)
    {
        var places = await _database.RunAsync(
            async (connection, either) =>
            {
                var found = new List<(long Epoch, long Number)>();
                await using var command = connection.Command(_sql.List, Commands.Value(shard));
                await using var reader = await command.ExecuteReaderAsync(either).ConfigureAwait(false);
                for (var isLast = false; !isLast && await reader.ReadAsync(either).ConfigureAwait(false); isLast = reader.GetBoolean(2))
                    found.Add((reader.GetInt64(0), reader.GetInt64(1)));
                return found.ToArray();
            },
            cancel).ConfigureAwait(false);
        var records = new Dictionary<(long, long), ReadOnlyMemory<byte>>();
        await Halves.ReadAsync(
            places, some => ReadSomeAsync(shard, some, records, cancel), place => records[place] = ShardProgress.Unreadable)
            .ConfigureAwait(false);
        // Leaves out records that were removed, and empty ones.
        return new ShardProgress([
            .. Enumerable.Reverse(places).Select(place => records.GetValueOrDefault(place)).Where(record => !record.IsEmpty)]);
    }

    private Task ReadSomeAsync(
        int shard, (long Epoch, long Number)[] places, Dictionary<(long, long), ReadOnlyMemory<byte>> into, CancellationToken cancel) => _database.RunAsync(
        async (connection, either) =>
        {
            await using var command = connection.Command(
                _sql.LoadSome, Commands.Value(shard), Commands.Value(Array.ConvertAll(places, place => place.Epoch)),
                Commands.Value(Array.ConvertAll(places, place => place.Number)));
            await using var reader = await command.ExecuteReaderAsync(either).ConfigureAwait(false);
            while (await reader.ReadAsync(either).ConfigureAwait(false))
                into[(reader.GetInt64(0), reader.GetInt64(1))] = reader.GetFieldValue<byte[]>(2);
        },
        cancel);

    private static async Task<Dictionary<int, ShardProgress>> ReadAsync(NpgsqlDataReader reader, CancellationToken cancel)
    {
        var (found, complete) = (new Dictionary<int, List<ReadOnlyMemory<byte>>>(), new HashSet<int>());
        while (await reader.ReadAsync(cancel).ConfigureAwait(false))
        {
            var shard = reader.GetInt32(0);
            // Records before the last checkpoint are obsolete.
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
