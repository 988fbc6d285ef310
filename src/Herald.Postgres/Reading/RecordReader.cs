using Herald.Engine.Stores;
using Herald.Postgres.Connecting;
using Herald.Postgres.Periods;
using Npgsql;

namespace Herald.Postgres.Reading;

/// <summary>Reads whole records by shard and sequence, each from the table it lies in.</summary>
internal sealed class RecordReader(Database database)
{
    /// <summary>What is no longer kept is passed over.</summary>
    public async Task ReadAsync(
        NpgsqlConnection connection, PeriodMap periods, IReadOnlyList<(ShardId Shard, long Sequence)> wanted,
        Action<ShardId, long, byte[]> read, CancellationToken cancel)
    {
        await using var batch = new NpgsqlBatch(connection);
        // What lay in a table that has been dropped may be kept.
        foreach (var group in wanted.GroupBy(w => periods.Of(w.Shard, w.Sequence) is { } period ? PeriodTables.Events(database.LogSchema, period.Number) : PeriodTables.Kept(database.Schema)))
        {
            batch.With(
                $"""
                select e.shard, e.sequence, e.record from unnest($1::int[], $2::bigint[]) as w(shard, sequence)
                cross join lateral (select * from {group.Key} e where e.shard = w.shard and e.sequence = w.sequence) e
                """,
                Commands.Value(group.Select(w => w.Shard.Value).ToArray()), Commands.Value(group.Select(w => w.Sequence).ToArray()));
        }
        if (batch.BatchCommands.Count == 0)
            return;
        await using var reader = await batch.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        do
        {
            while (await reader.ReadAsync(cancel).ConfigureAwait(false))
                read(new ShardId(reader.GetInt32(0)), reader.GetInt64(1), reader.GetFieldValue<byte[]>(2));
        }
        while (await reader.NextResultAsync(cancel).ConfigureAwait(false));
    }

    /// <summary>For where some have been found damaged.</summary>
    /// <returns>Those that the database cannot read back.</returns>
    public async Task<IReadOnlyList<(ShardId Shard, long Sequence)>> ReadReadableAsync(
        Func<PeriodMap> periods, (ShardId Shard, long Sequence)[] wanted, Action<ShardId, long, byte[]> read, CancellationToken cancel)
    {
        var unreadable = new List<(ShardId, long)>();
        await Halves.ReadAsync(
            wanted, some => database.RunAsync((connection, either) => ReadAsync(connection, periods(), some, read, either), cancel),
            unreadable.Add).ConfigureAwait(false);
        return unreadable;
    }
}
