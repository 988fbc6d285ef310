using Herald.Engine.Stores;
using Herald.Postgres.Connecting;
using Herald.Postgres.Locking;
using Npgsql;

namespace Herald.Postgres.Committing;

/// <summary>Reads back what commits have saved.</summary>
internal sealed class ProgressReader(Database database, CommitSql sql)
{
    public Task<ShardProgress> LoadAsync(Fence fence, CancellationToken cancel) => database.RunAsync(
        async (connection, either) =>
        {
            await using var batch = new NpgsqlBatch(connection);
            batch.WithBounds().With(sql.LockOwners, Commands.Value<int[]>([fence.Shard.Value])).With(sql.Load, Commands.Value(fence.Shard.Value));
            await using var reader = await database.Locks.RunAsync(LockTable.Owner, [fence.Shard.Value], () => batch.ExecuteReaderAsync(either)).ConfigureAwait(false);
            await reader.NextResultAsync(either).ConfigureAwait(false);
            var epoch = await reader.ReadAsync(either).ConfigureAwait(false) ? reader.GetInt64(1) : 0;
            if (epoch != fence.Epoch)
                throw Owners.Stale(fence, epoch);
            await reader.NextResultAsync(either).ConfigureAwait(false);
            return new ShardProgress(await ReadRecordsAsync(reader, either).ConfigureAwait(false));
        },
        cancel);

    /// <summary>Without a lock: one statement sees one moment.</summary>
    public Task<ShardProgress> PeekAsync(ShardId shard, CancellationToken cancel) => database.RunAsync(
        async (connection, either) =>
        {
            await using var command = connection.Command(sql.Load, Commands.Value(shard.Value));
            await using var reader = await command.ExecuteReaderAsync(either).ConfigureAwait(false);
            return new ShardProgress(await ReadRecordsAsync(reader, either).ConfigureAwait(false));
        },
        cancel);

    /// <summary>Oldest first, from the answer to <see cref="CommitSql.Load"/>.</summary>
    public static async Task<List<ReadOnlyMemory<byte>>> ReadRecordsAsync(NpgsqlDataReader reader, CancellationToken cancel)
    {
        // Newest first, so that what lies behind the last checkpoint is not read.
        var found = new List<ReadOnlyMemory<byte>>();
        while (await reader.ReadAsync(cancel).ConfigureAwait(false))
        {
            var record = reader.GetFieldValue<byte[]>(3);
            if (record.Length > 0)
                found.Add(record);
            if (reader.GetBoolean(2))
                break;
        }
        found.Reverse();
        return found;
    }
}
