using Herald.Postgres.Periods;

namespace Herald.Postgres.Owning;

/// <summary>The statements of membership and ownership.</summary>
internal sealed class OwnerSql(string schema, string logSchema)
{
    private long _period = -1;
    private string _beat = "";

    /// <summary>Only with the store that the node has opened; who imports one holds this up until it is there.</summary>
    public string Register { get; } =
        $"""
        insert into {schema}.node (id, name, address, beat, catalog)
        select $1, $2, $3, 1, $6 from (select s.id from {schema}.store s where s.shard_count = $4 and s.hash_seed = $5 for share) s
        """;

    /// <summary>Only while nobody has heard of it since.</summary>
    public string RemoveDead { get; } = $"delete from {schema}.node n where n.id = $1 and n.beat = $2";

    public string Remove { get; } = $"delete from {schema}.node n where n.id = $1";

    public string Follow { get; } = $"update {schema}.node n set catalog = $2 where n.id = $1 and n.catalog < $2";

    public string OthersFollow { get; } = $"select min(n.catalog) from {schema}.node n where n.id <> $1";

    /// <summary>A shard whose epoch is still the one that was read with a dead owner, or none.</summary>
    public string Take { get; } =
        $"""
        update {schema}.shard_owner o set node = $1, epoch = o.epoch + 1
        from unnest($2::int[], $3::bigint[]) as f(shard, epoch)
        where o.shard = f.shard and o.epoch = f.epoch
        returning o.shard, o.epoch
        """;

    public string Release { get; } =
        $"""
        update {schema}.shard_owner o set node = 0, epoch = o.epoch + 1
        from unnest($1::int[], $2::bigint[]) as l(shard, epoch)
        where o.shard = l.shard and o.epoch = l.epoch
        """;

    /// <summary>
    /// All a node says and hears in a second, in one statement: its beat, which renews its leases; the others' beats (0); owners (1);
    /// the catalog's version and the newest period (2); heads (3), empty for shards without an event in the period.
    /// </summary>
    public string Beat(long period)
    {
        if (period == _period)
            return _beat;
        _beat =
            $"""
            with beat as (update {schema}.node n set beat = n.beat + 1, catalog = greatest(n.catalog, $2) where n.id = $1 returning n.id, n.beat)
            select 0, n.id, coalesce(b.beat, n.beat) from {schema}.node n left join beat b on b.id = n.id
            union all select 1 + o.shard * 4, o.node, o.epoch from {schema}.shard_owner o
            union all select 2, (select coalesce(max(c.version), 0) from {schema}.catalog c), (select max(p.number) from {schema}.period p)
            union all select 3 + l.shard * 4, 0,
                (select e.sequence from {PeriodTables.Events(logSchema, period)} e where e.shard = l.shard order by e.sequence desc limit 1) from {schema}.shard_lock l
            """;
        _period = period;
        return _beat;
    }
}
