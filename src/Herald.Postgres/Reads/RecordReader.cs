using Herald.Engine.Events;
using Herald.Postgres.Connections;
using Herald.Postgres.Periods;
using Npgsql;

namespace Herald.Postgres.Reads;

/// <summary>Reads whole records by shard and sequence, each from the table that holds it.</summary>
internal sealed class RecordReader(Database database)
{
    /// <summary>Reads the records. Skips events that are no longer kept.</summary>
    public async Task ReadAsync(
        NpgsqlConnection connection, PeriodMap periods, IReadOnlyList<(ShardId Shard, long Sequence)> wanted,
        Action<ShardId, long, byte[]> read, CancellationToken cancel)
    {
        await using var batch = new NpgsqlBatch(connection);
        // An event whose table was dropped can be among the kept events.
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

    /// <summary>Reads records of which some are damaged, with <see cref="Halves"/>.</summary>
    /// <returns>The events that the database cannot read.</returns>
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
