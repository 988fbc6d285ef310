using Herald.Postgres.Connections;
using Herald.Postgres.Periods;
using Herald.Postgres.Reads;

namespace Herald.Postgres.Retention;

/// <summary>Events of waiting keys that outlive their tables.</summary>
/// <remarks>
/// Below its settled mark, a shard's needs only shrink. So the events copied while a table exists are all that will be needed of it, and an
/// event that is no longer needed is never needed again.
/// </remarks>
internal sealed class KeptEvents(Database database)
{
    private const long SequencesAtOnce = 50_000;
    private const int RowsAtOnce = 10_000, RemovalsAtOnce = 50;

    private readonly string _schema = database.Schema;

    /// <summary>
    /// Returns for each shard the sequence below which everything is settled, apart from kept keys. Kept keys count too while a node runs
    /// that cannot read kept events.
    /// </summary>
    public Task<long[]> FreeBelowAsync(int shards, CancellationToken cancel) => database.RunAsync(
        async (connection, either) =>
        {
            var below = new long[shards];
            await using var command = connection.Command(
                $"""
                select l.shard, (
                    select case when exists (select 1 from {_schema}.node n where not n.keeps) then p.settled_below else coalesce(p.free_below, p.settled_below) end
                    from {_schema}.progress p where p.shard = l.shard order by p.epoch desc, p.number desc limit 1)
                from {_schema}.shard_lock l
                """);
            await using var reader = await command.ExecuteReaderAsync(either).ConfigureAwait(false);
            while (await reader.ReadAsync(either).ConfigureAwait(false))
                below[reader.GetInt32(0)] = reader.IsDBNull(1) ? 0 : reader.GetInt64(1);
            return below;
        },
        cancel);

    /// <summary>Copies the needed events of a period that is about to be dropped, a range of sequences at a time.</summary>
    public async Task CopyAsync(Period oldest, Period next, CancellationToken cancel)
    {
        for (var shard = 0; shard < next.Heads.Length; shard++)
            for (var from = oldest.Heads[shard] + 1; from <= next.Heads[shard]; from += SequencesAtOnce)
                await CopyReadableAsync(
                    oldest.Number, shard, from, Math.Min(from + SequencesAtOnce - 1, next.Heads[shard]), cancel).ConfigureAwait(false);
    }

    /// <summary>Removes the copies that no key needs any more.</summary>
    public async Task ReleaseAsync(CancellationToken cancel)
    {
        for (var i = 0; i < RemovalsAtOnce; i++)
        {
            var removed = await database.RunAsync(
                async (connection, either) =>
                {
                    await using var command = connection.Command(
                        $"""
                        delete from {PeriodTables.Kept(_schema)} e where (e.shard, e.sequence) in (
                            select e.shard, e.sequence from {PeriodTables.Kept(_schema)} e
                            join (
                                select l.shard, (select coalesce(p.free_below, p.settled_below) from {_schema}.progress p where p.shard = l.shard order by p.epoch desc, p.number desc limit 1) as below
                                from {_schema}.shard_lock l) s on s.shard = e.shard and e.sequence < s.below
                            left join {_schema}.kept_key k on k.shard = e.shard and k.key_hash = e.key_hash and k.from_sequence <= e.sequence
                            where k.shard is null
                            limit {RowsAtOnce})
                        """);
                    return await command.ExecuteNonQueryAsync(either).ConfigureAwait(false);
                },
                cancel).ConfigureAwait(false);
            if (removed < RowsAtOnce)
                return;
        }
    }

    /// <summary>
    /// Copies events. In place of a record that the database cannot read, the copy has an empty one, which its reader takes for damaged:
    /// the period must be dropped in any case.
    /// </summary>
    private async Task CopyReadableAsync(long period, int shard, long from, long to, CancellationToken cancel)
    {
        var sequences = new long[to - from + 1];
        for (var i = 0; i < sequences.Length; i++)
            sequences[i] = from + i;
        await Halves.ReadAsync(
            sequences, some => CopyAsync(period, shard, some[0], some[^1], "e.size, e.record", cancel),
            one => CopyAsync(period, shard, one, one, "0, ''::bytea", cancel)).ConfigureAwait(false);
    }

    /// <param name="record">The SQL for the size and for the record.</param>
    private Task CopyAsync(long period, int shard, long from, long to, string record, CancellationToken cancel) => database.RunAsync(
        async (connection, either) =>
        {
            const string Columns = "shard, sequence, accepted_at_ms, key_hash, id_hash, route_high, route_low, topic, flags, size, record";
            await using var command = connection.Command(
                $"""
                insert into {PeriodTables.Kept(_schema)} ({Columns})
                select e.shard, e.sequence, e.accepted_at_ms, e.key_hash, e.id_hash, e.route_high, e.route_low, e.topic, e.flags, {record}
                from {PeriodTables.Events(database.LogSchema, period)} e
                where e.shard = $1 and e.sequence between $2 and $3 and (
                    exists (select 1 from {_schema}.kept_key k where k.shard = $1 and k.key_hash = e.key_hash and k.from_sequence <= e.sequence)
                    or e.sequence >= (
                        select coalesce(p.free_below, p.settled_below) from {_schema}.progress p where p.shard = $1 order by p.epoch desc, p.number desc limit 1))
                on conflict (shard, sequence) do nothing
                """,
                Commands.Value(shard), Commands.Value(from), Commands.Value(to));
            await command.ExecuteNonQueryAsync(either).ConfigureAwait(false);
        },
        cancel);
}
