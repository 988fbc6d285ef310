using Herald.Postgres.Connections;
using Herald.Postgres.Periods;

namespace Herald.Postgres.Leases;

/// <summary>The statements of membership and ownership.</summary>
/// <param name="judgesSessions">Whether nodes hold locks that end with their processes.</param>
internal sealed class OwnerSql(string schema, string logSchema, bool judgesSessions)
{
    private long _period = -1;
    private string _beat = "";

    /// <summary>Registers a node, but only with the store that it has opened. Waits for an import under way.</summary>
    public string Register { get; } =
        $"""
        insert into {schema}.node (id, name, address, beat, catalog, keeps, session)
        select $1, $2, $3, 1, $6, true, $7 from (select s.id from {schema}.store s where s.shard_count = $4 and s.hash_seed = $5 for share) s
        """;

    /// <summary>
    /// Removes a node that has not beaten since it was read. Skips a locked row until the next time: renewing leases must wait for no lock.
    /// </summary>
    public string RemoveDead { get; } =
        $"delete from {schema}.node n where n.id in (select m.id from {schema}.node m where m.id = "
            + "$1 and m.beat = $2 for update skip locked)";

    /// <summary>Removes a node whose lock is free: its process has ended, and the database server still runs.</summary>
    public string RemoveEnded { get; } = $"delete from {schema}.node n where n.id = $1 and {HasEnded(judgesSessions)}";

    /// <summary>Marks a node as leaving. Returns whether there are other nodes.</summary>
    public string Leave { get; } =
        $"with leaving as (update {schema}.node n set leaving = true where n.id = $1) select exists (select "
            + $"1 from {schema}.node n where n.id <> $1)";

    public string Remove { get; } = $"delete from {schema}.node n where n.id = $1";

    public string Follow { get; } = $"update {schema}.node n set catalog = $2 where n.id = $1 and n.catalog < $2";

    public string OthersFollow { get; } = $"select min(n.catalog) from {schema}.node n where n.id <> $1";

    /// <summary>
    /// Takes shards whose epoch is the one that was read with a dead owner or none. Skips locked rows until the next time.
    /// </summary>
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
    /// A whole heartbeat in one statement. Writes the node's beat, which renews its leases, and whether it holds its lock. Returns rows of
    /// these kinds:
    /// 0: the beats of all nodes.
    /// 1: the owner of each shard.
    /// 2: the version of the catalog and the newest period.
    /// 3: the head of each shard, empty for a shard without an event in the period.
    /// 4: the sessions of the nodes, plus 8 for one that has ended and 16 for a node that leaves.
    /// If the node is removed while this runs, the beat is not written and the node is not in the answer, whatever the statement saw
    /// before.
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

    // The order matters: the lock is tried only if it says something.
    private static string HasEnded(bool judgesSessions) =>
        judgesSessions ? $"case when n.session = 0 or n.server is null or n.server <> {Dialect.ServerStart} then false else {Dialect.IsFree("n.session")} end" : "false";
}
