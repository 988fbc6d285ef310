using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Postgres.Connections;
using Npgsql;

namespace Herald.Postgres.State;

/// <summary>Reads application state and attempt history.</summary>
internal sealed class StateTable(Database database)
{
    // A list of any length is read in statements of a bounded size.
    private const int MostKeys = 2048;

    /// <exception cref="InvalidDataException">A value is damaged: another try fails the same way.</exception>
    public async Task<IReadOnlyList<ReadOnlyMemory<byte>?>> ReadAsync(
        string application, IReadOnlyList<StateKey> keys, CancellationToken cancel)
    {
        if (keys.Count == 0)
            return [];
        try
        {
            return await ReadWholeAsync(application, keys, cancel).ConfigureAwait(false);
        }
        catch (StoreUnavailableException failure) when (Failures.IsDamage(failure))
        {
            int[] shards = [.. keys.Select(key => key.Shard.Value).Distinct().Order()];
            var where = shards.Length == 1 ? $"shard {shards[0]}" : $"one of the shards {string.Join(", ", shards)}";
            throw new InvalidDataException(
                $"A value in the state of application {application} in {where} is damaged. {failure.Message}", failure);
        }
    }

    private Task<IReadOnlyList<ReadOnlyMemory<byte>?>> ReadWholeAsync(
        string application, IReadOnlyList<StateKey> keys, CancellationToken cancel) =>
        database.RunAsync<IReadOnlyList<ReadOnlyMemory<byte>?>>(
            async (connection, either) =>
            {
                var values = new ReadOnlyMemory<byte>?[keys.Count];
                for (var first = 0; first < keys.Count; first += MostKeys)
                    await ReadAsync(connection, application, keys, first, values, either).ConfigureAwait(false);
                return values;
            },
            cancel);

    private async Task ReadAsync(
        NpgsqlConnection connection, string application, IReadOnlyList<StateKey> keys, int first, ReadOnlyMemory<byte>?[] values,
        CancellationToken either)
    {
        var count = Math.Min(MostKeys, keys.Count - first);
        var (shards, bytes) = (new int[count], new ReadOnlyMemory<byte>[count]);
        for (var i = 0; i < count; i++)
            (shards[i], bytes[i]) = (keys[first + i].Shard.Value, keys[first + i].Key);
        await using var command = connection.Command(
            $"""
            select k.at, s.value from unnest($2::int[], $3::bytea[]) with ordinality as k(shard, key, at)
            join {database.Schema}.state s on s.shard = k.shard and s.application = $1 and s.key = k.key
            """,
            Commands.Value(application), Commands.Value(shards), Commands.Value(bytes));
        await using var reader = await command.ExecuteReaderAsync(either).ConfigureAwait(false);
        while (await reader.ReadAsync(either).ConfigureAwait(false))
            values[first + reader.GetInt64(0) - 1] = reader.GetFieldValue<byte[]>(1);
    }

    // Clocks can be set back, and nodes have different ones; epochs and the numbers of commits only rise.
    public Task<IReadOnlyList<HistoryBlock>> ReadHistoryAsync(ShardId shard, long sequence, CancellationToken cancel) => database.RunAsync<IReadOnlyList<HistoryBlock>>(
        async (connection, either) =>
        {
            var blocks = new List<HistoryBlock>();
            await using var command = connection.Command(
                $"select h.first, h.last, h.written_at_ms, h.block from {database.Schema}.history h where h.shard = $1 and h.last >= $2 "
                    + "and h.first <= $2 order by h.epoch, h.number",
                Commands.Value(shard.Value), Commands.Value(sequence));
            await using var reader = await command.ExecuteReaderAsync(either).ConfigureAwait(false);
            while (await reader.ReadAsync(either).ConfigureAwait(false))
                blocks.Add(new HistoryBlock(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetFieldValue<byte[]>(3)));
            return blocks;
        },
        cancel);
}
