using Herald.Engine.Stores;
using Herald.Postgres.Connecting;
using Npgsql;

namespace Herald.Postgres.Committing;

/// <summary>Reads back what commits have saved.</summary>
internal sealed class ProgressReader(Database database, CommitSql sql)
{
    public Task<ShardProgress> LoadAsync(Fence fence, CancellationToken cancel) => database.RunAsync(
        async (connection, either) =>
        {
            await using var batch = new NpgsqlBatch(connection);
            batch.With(sql.LockOwners, Commands.Value<int[]>([fence.Shard.Value])).With(sql.Load, Commands.Value(fence.Shard.Value));
            await using var reader = await batch.ExecuteReaderAsync(either).ConfigureAwait(false);
            var epoch = await reader.ReadAsync(either).ConfigureAwait(false) ? reader.GetInt64(1) : 0;
            if (epoch != fence.Epoch)
                throw Owners.Stale(fence, epoch);
            await reader.NextResultAsync(either).ConfigureAwait(false);
            // Newest first, so that what lies behind the last checkpoint is not read.
            var found = new List<ReadOnlyMemory<byte>>();
            while (await reader.ReadAsync(either).ConfigureAwait(false))
            {
                var record = reader.GetFieldValue<byte[]>(3);
                if (record.Length > 0)
                    found.Add(record);
                if (reader.GetBoolean(2))
                    break;
            }
            found.Reverse();
            return new ShardProgress(found);
        },
        cancel);
}
