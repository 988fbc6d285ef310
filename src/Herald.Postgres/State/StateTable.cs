using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Postgres.Connections;

namespace Herald.Postgres.State;

/// <summary>Reads application state and attempt history.</summary>
internal sealed class StateTable(Database database)
{
    /// <exception cref="InvalidDataException">A value is damaged: another try fails the same way.</exception>
    public async Task<IReadOnlyList<ReadOnlyMemory<byte>?>> ReadAsync(
        ShardId shard, string application, IReadOnlyList<ReadOnlyMemory<byte>> keys, CancellationToken cancel)
    {
        try
        {
            return await ReadWholeAsync(shard, application, keys, cancel).ConfigureAwait(false);
        }
        catch (StoreUnavailableException failure) when (Failures.IsDamage(failure))
        {
            throw new InvalidDataException(
                $"A value in the state of application {application} in shard {shard} is damaged. {failure.Message}", failure);
        }
    }

    private Task<IReadOnlyList<ReadOnlyMemory<byte>?>> ReadWholeAsync(
        ShardId shard, string application, IReadOnlyList<ReadOnlyMemory<byte>> keys, CancellationToken cancel) => database.RunAsync<IReadOnlyList<ReadOnlyMemory<byte>?>>(
        async (connection, either) =>
        {
            var values = new ReadOnlyMemory<byte>?[keys.Count];
            await using var command = connection.Command(
                $"""
                select k.at, s.value from unnest($3::bytea[]) with ordinality as k(key, at)
                join {database.Schema}.state s on s.shard = $1 and s.application = $2 and s.key = k.key
                """,
                Commands.Value(shard.Value), Commands.Value(application), Commands.Value(keys.ToArray()));
            await using var reader = await command.ExecuteReaderAsync(either).ConfigureAwait(false);
            while (await reader.ReadAsync(either).ConfigureAwait(false))
                values[reader.GetInt64(0) - 1] = reader.GetFieldValue<byte[]>(1);
            return values;
        },
        cancel);

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
