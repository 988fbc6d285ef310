using Herald.Postgres.Connections;
using Herald.Postgres.Periods;

namespace Herald.Postgres.Appends;

/// <summary>The statements that append to one pair of newest tables. Created again when a period ends.</summary>
internal sealed class AppendSql
{
    public AppendSql(string schema, string logSchema, PeriodMap periods)
    {
        (Event, Seen) = (periods.Newest.Number, periods.Seen);
        var events = PeriodTables.Events(logSchema, Event);
        var (seen, seenBefore) = (PeriodTables.Seen(logSchema, Seen), PeriodTables.Seen(logSchema, Seen - 1));
        Lock = LockShards(schema);

        // Each sub-select depends on its row, so that the database finds it by index, whatever the plan expects about the size of the
        // tables.
        Look =
            $"""
            select s.shard, h.sequence, h.accepted_at_ms,
                (select max(p.number) from {schema}.period p),
                (select max(p.number) from {schema}.seen_period p),
                (select coalesce(max(c.version), 0) from {schema}.catalog c)
            from unnest($1::int[]) as s(shard)
            left join lateral (select e.sequence, e.accepted_at_ms from {events} e where e.shard = s.shard order by e.sequence desc limit 1) h on true
            """;
        Known =
            $"""
            select g.at, k.sequence
            from unnest($1::int[], $2::bigint[], $3::bigint[]) with ordinality as g(shard, hash, id_hash, at)
            cross join lateral (
                select a.sequence from {seen} a where a.hash = g.hash and a.shard = g.shard and a.id_hash = g.id_hash
                union all
                select b.sequence from {seenBefore} b where b.hash = g.hash and b.shard = g.shard and b.id_hash = g.id_hash) k
            """;
        Insert =
            $"""
            insert into {events} (shard, sequence, accepted_at_ms, key_hash, id_hash, route_high, route_low, topic, flags, size, record)
            select * from unnest($1::int[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::int[], $9::int[], $10::int[], $11::bytea[])
            """;
        AtOnce =
            $"""
            with head as materialized (
                select g.shard, coalesce(h.sequence, g.floor) as sequence, coalesce(h.accepted_at_ms, 0) as accepted_at_ms
                from unnest($12::int[], $13::bigint[]) as g(shard, floor)
                left join lateral (select e.sequence, e.accepted_at_ms from {events} e where e.shard = g.shard order by e.sequence desc limit 1) h on true),
            state as materialized (
                select not exists (
                        select 1 from unnest($14::bigint[], $15::int[]) as d(hash, shard)
                        where coalesce(
                            (select a.sequence from {seen} a where a.hash = d.hash and a.shard = d.shard limit 1),
                            (select b.sequence from {seenBefore} b where b.hash = d.hash and b.shard = d.shard limit 1)) is not null)
                    and (select max(p.number) from {schema}.period p) = {Event}
                    and (select max(p.number) from {schema}.seen_period p) = {Seen} as holds),
            stored as (
                insert into {events} (shard, sequence, accepted_at_ms, key_hash, id_hash, route_high, route_low, topic, flags, size, record)
                select e.shard, h.sequence + e.place, greatest(h.accepted_at_ms, e.accepted_at_ms), e.key_hash, e.id_hash, e.route_high, e.route_low, e.topic, e.flags, e.size, e.record
                from unnest($1::int[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::int[], $9::int[], $10::int[], $11::bytea[])
                    as e(shard, place, accepted_at_ms, key_hash, id_hash, route_high, route_low, topic, flags, size, record)
                join head h on h.shard = e.shard where (select s.holds from state s)),
            remembered as (
                insert into {seen} (hash, shard, sequence, id_hash)
                select r.hash, r.shard, h.sequence + r.place, r.id_hash from unnest($14::bigint[], $15::int[], $16::bigint[], $17::bigint[]) as r(hash, shard, place, id_hash)
                join head h on h.shard = r.shard where (select s.holds from state s))
            select h.shard, h.sequence, h.accepted_at_ms, s.holds, (select coalesce(max(c.version), 0) from {schema}.catalog c) from head h cross join state s
            """;
        Notice = Dialect.NoticeSql(
            $"select 'h' || string_agg(s.shard || ':' || coalesce((select e.sequence from {events} e where e.shard = s.shard order by "
                + "e.sequence desc limit 1), 0), ',') from unnest($2::int[]) as s(shard)");
        Remember = $"insert into {seen} (hash, shard, sequence, id_hash) select * from "
            + "unnest($1::bigint[], $2::int[], $3::bigint[], $4::bigint[])";
    }

    public long Event { get; }
    public long Seen { get; }

    /// <summary>
    /// Locks the shards' rows, in order. Later statements of the same transaction see everything that earlier holders committed.
    /// </summary>
    public string Lock { get; }

    /// <summary>Reads the heads of the shards, the numbers of the newest tables, and the version of the catalog.</summary>
    public string Look { get; }

    /// <summary>
    /// Reads the sequences remembered for pairs of hashes, with the place of each pair, from 1. The two hashes together identify key and id
    /// in 128 bits.
    /// </summary>
    public string Known { get; }

    public string Insert { get; }

    /// <summary>
    /// Stores events behind the heads of their shards, each at its place from 1, if none of them is remembered and no new table has begun;
    /// else stores nothing. Returns for each shard its previous head, whether the events are stored, and the version of the catalog.
    /// </summary>
    public string AtOnce { get; }
    public string Remember { get; }

    /// <summary>Notifies other nodes of the shards' heads, like <see cref="Notifications.Message.Heads"/>.</summary>
    public string Notice { get; }

    public static string LockShards(string schema) =>
        $"select l.shard from {schema}.shard_lock l where l.shard = any($1) order by l.shard for update";
}
