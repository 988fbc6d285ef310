using System.Buffers.Binary;
using System.Security.Cryptography;
using Herald.Engine.Stores;
using Herald.Postgres.Periods;
using Npgsql;

namespace Herald.Postgres.Connections;

/// <summary>The values that are drawn when the first node opens an empty store, and never change.</summary>
internal sealed record StoreIdentity(int ShardCount, ulong HashSeed, UInt128 HashSecret)
{
    public const int Format = 3;

    /// <summary>Reads the identity, or creates it. If several nodes start at the same moment, one creates it and the others wait.</summary>
    public static Task<StoreIdentity> OpenAsync(Database database, PeriodTables tables, int shards, long nowMs, CancellationToken cancel) => database.RunAsync(
        async (connection, either) =>
        {
            if (await ReadAsync(connection, database.Schema, either).ConfigureAwait(false) is { } there)
                return there;
            await tables.CreateEventsAsync(connection, 1, either).ConfigureAwait(false);
            await tables.CreateSeenAsync(connection, 0, either).ConfigureAwait(false);
            await tables.CreateSeenAsync(connection, 1, either).ConfigureAwait(false);
            var seed = BinaryPrimitives.ReadInt64LittleEndian(RandomNumberGenerator.GetBytes(8));
            var all = Enumerable.Range(0, shards).ToArray();
            await using var batch = new NpgsqlBatch(connection);
            // Each row is inserted once: the first statement blocks other nodes that do the same, and they then find the store's row.
            batch.With(
                $"insert into {database.Schema}.store (id, format, shard_count, hash_seed, hash_secret) values (1, "
                    + $"{Format}, $1, $2, $3) on conflict (id) do nothing",
                Commands.Value(shards), Commands.Value(seed), Commands.Value(RandomNumberGenerator.GetBytes(16)))
                .With(
                    $"insert into {database.Schema}.shard_lock (shard) select n from unnest($1::int[]) n where n < (select s.shard_count "
                        + $"from {database.Schema}.store s) on conflict do nothing",
                    Commands.Value(all))
                .With(
                    $"insert into {database.Schema}.shard_owner (shard, node, epoch) select n, 0, 0 from unnest($1::int[]) n where n < "
                        + $"(select s.shard_count from {database.Schema}.store s) on conflict do nothing",
                    Commands.Value(all))
                .With(
                    $"insert into {database.Schema}.seen_period (number, started_at_ms) values (1, $1) on conflict do nothing",
                    Commands.Value(nowMs))
                .With(
                    $"insert into {database.Schema}.period (number, started_at_ms, heads) values (1, $1, $2) on conflict do nothing",
                    Commands.Value(nowMs), Commands.Value(new long[shards]));
            await batch.ExecuteNonQueryAsync(either).ConfigureAwait(false);
            return await ReadAsync(connection, database.Schema, either).ConfigureAwait(false)
                ?? throw new StoreUnavailableException("The store could not be created in the database.");
        },
        cancel);

    public static async Task<StoreIdentity?> ReadAsync(NpgsqlConnection connection, string schema, CancellationToken cancel)
    {
        await using var command = connection.Command($"select s.format, s.shard_count, s.hash_seed, s.hash_secret from {schema}.store s");
        await using var reader = await command.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        if (!await reader.ReadAsync(cancel).ConfigureAwait(false))
            return null;
        return reader.GetInt32(0) == Format
            ? new StoreIdentity(
                reader.GetInt32(1), (ulong)reader.GetInt64(2), BinaryPrimitives.ReadUInt128LittleEndian(reader.GetFieldValue<byte[]>(3)))
            : throw new PostgresStoreException(
                $"The store in schema '{schema}' has format {reader.GetInt32(0)}; this Herald reads format "
                    + $"{Format}. Run the version that created the store.");
    }
}
