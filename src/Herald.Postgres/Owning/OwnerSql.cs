using Herald.Postgres.Connecting;
using Herald.Postgres.Periods;

namespace Herald.Postgres.Owning;

/// <summary>The statements of membership and ownership.</summary>
/// <param name="judgesSessions">Nodes hold locks that end with their processes.</param>
internal sealed class OwnerSql(string schema, string logSchema, bool judgesSessions)
{
    private long _period = -1;
    private string _beat = "";

    /// <summary>Only with the store that the node has opened; who imports one holds this up until it is there.</summary>
    public string Register { get; } =
        $"""
        insert into {schema}.node (id, name, address, beat, catalog, keeps, session)
        select $1, $2, $3, 1, $6, true, $7 from (select s.id from {schema}.store s where s.shard_count = $4 and s.hash_seed = $5 for share) s
        """;

    /// <summary>Only while nobody has heard of it since. A row that is locked is left for another time: who renews leases waits for nobody.</summary>
    public string RemoveDead { get; } =
        $"delete from {schema}.node n where n.id in (select m.id from {schema}.node m where m.id = $1 and m.beat = $2 for update skip locked)";

    /// <summary>Only while nobody has its lock: its process has ended, and its database server has not.</summary>
    public string RemoveEnded { get; } = $"delete from {schema}.node n where n.id = $1 and {HasEnded(judgesSessions)}";

    public string Leave { get; } = $"update {schema}.node n set leaving = true where n.id = $1";

    public string Remove { get; } = $"delete from {schema}.node n where n.id = $1";

    public string Follow { get; } = $"update {schema}.node n set catalog = $2 where n.id = $1 and n.catalog < $2";

    public string OthersFollow { get; } = $"select min(n.catalog) from {schema}.node n where n.id <> $1";

    /// <summary>A shard whose epoch is still the one that was read with a dead owner, or none. One that is locked is taken another time.</summary>
    public string Take { get; } =
        $"""
        update {schema}.shard_owner o set node = $1, epoch = o.epoch + 1
        from (
            select p.shard from {schema}.shard_owner p join unnest($2::int[], $3::bigint[]) as f(shard, epoch) on p.shard = f.shard and p.epoch = f.epoch
            for update of p skip locked) as f
        where o.shard = f.shard
        returning o.shard, o.epoch
        """;

    public string Release { get; } =
        $"""
        update {schema}.shard_owner o set node = 0, epoch = o.epoch + 1
        from (
            select p.shard from {schema}.shard_owner p join unnest($1::int[], $2::bigint[]) as l(shard, epoch) on p.shard = l.shard and p.epoch = l.epoch
            for update of p skip locked) as l
        where o.shard = l.shard
        """;

    /// <summary>
    /// All a node says and hears in a second, in one statement: its beat, which renews its leases, and whether it holds its lock; the others' beats (0);
    /// owners (1); the catalog's version and the newest period (2); heads (3), empty for shards without an event in the period; the nodes' sessions (4), with
    /// 1 for one that has ended and 2 for a node that leaves. A node that is removed while it beats has not beaten, and is not in the answer, whatever the
    /// statement saw of it before.
    /// </summary>
    public string Beat(long period)
    {
        if (period == _period)
            return _beat;
        _beat =
            $"""
            with beat as (update {schema}.node n set beat = n.beat + 1, catalog = greatest(n.catalog, $2), server = {(judgesSessions ? $"case when $3 then {Dialect.ServerStart} end" : "null")} where n.id = $1 returning n.id, n.beat)
            select 0, n.id, n.beat from {schema}.node n where n.id <> $1
            union all select 0, b.id, b.beat from beat b
            union all select 4 + 8 * case when {HasEnded(judgesSessions)} then 1 else 0 end + 16 * case when n.leaving then 1 else 0 end, n.id, case when n.server is null then 0 else n.session end
                from {schema}.node n
            union all select 1 + o.shard * 8, o.node, o.epoch from {schema}.shard_owner o
            union all select 2, (select coalesce(max(c.version), 0) from {schema}.catalog c), (select max(p.number) from {schema}.period p)
            union all select 3 + l.shard * 8, 0,
                (select e.sequence from {PeriodTables.Events(logSchema, period)} e where e.shard = l.shard order by e.sequence desc limit 1) from {schema}.shard_lock l
            """;
        _period = period;
        return _beat;
    }

    // Asked in this order: a lock is looked at only where it says something.
    private static string HasEnded(bool judgesSessions) =>
        judgesSessions ? $"case when n.session = 0 or n.server is null or n.server <> {Dialect.ServerStart} then false else {Dialect.IsFree("n.session")} end" : "false";
}
