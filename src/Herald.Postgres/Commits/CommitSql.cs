namespace Herald.Postgres.Commits;

internal sealed class CommitSql(string schema)
{
    /// <summary>Locks the owners' rows for the rest of the transaction, so that no node takes the shards over meanwhile.</summary>
    public string LockOwners { get; } =
        $"select o.shard, o.epoch from {schema}.shard_owner o where o.shard = any($1) order by o.shard for update";

    /// <summary>Reads the highest number of an epoch, and the reply to one number of it.</summary>
    public string LookAtNumber { get; } =
        $"""
        select (select max(p.number) from {schema}.progress p where p.shard = $1 and p.epoch = $2),
            (select p.reply from {schema}.progress p where p.shard = $1 and p.epoch = $2 and p.number = $3)
        """;

    /// <summary>Fails, and the whole transaction with it, unless the epoch owns the shard and the number has not been saved.</summary>
    public string Guard { get; } =
        $"""
        select 1 / (case when (select o.epoch from {schema}.shard_owner o where o.shard = $1) = $2
            and coalesce((select max(p.number) from {schema}.progress p where p.shard = $1 and p.epoch = $2), 0) < $3 then 1 else 0 end)
        """;

    /// <summary>
    /// Inserts only under the epoch that owns the shard; an existing number stays as it is. Its settled_below also covers kept keys, for
    /// program versions that do not know free_below.
    /// </summary>
    public string InsertProgress { get; } =
        $"""
        insert into {schema}.progress (shard, epoch, number, is_checkpoint, settled_below, free_below, record, reply)
        select c.shard, c.epoch, c.number, c.is_checkpoint,
            least(c.settled_below, (select min(k.from_sequence) from {schema}.kept_key k where k.shard = c.shard)), c.settled_below, c.record, c.reply
        from unnest($1::int[], $2::bigint[], $3::bigint[], $4::boolean[], $5::bigint[], $6::bytea[], $7::bytea[])
            as c(shard, epoch, number, is_checkpoint, settled_below, record, reply)
        join {schema}.shard_owner o on o.shard = c.shard and o.epoch = c.epoch
        on conflict (shard, epoch, number) do nothing
        """;

    public string InsertHistory { get; } =
        $"""
        insert into {schema}.history (shard, epoch, number, first, last, written_at_ms, block)
        select c.shard, c.epoch, c.number, c.first, c.last, c.written_at_ms, c.block
        from unnest($1::int[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bytea[])
            as c(shard, epoch, number, first, last, written_at_ms, block)
        join {schema}.shard_owner o on o.shard = c.shard and o.epoch = c.epoch
        on conflict (shard, epoch, number) do nothing
        """;

    /// <summary>Removes what lies before checkpoints. Keeps replies for another 16 numbers, for a commit that is sent again late.</summary>
    public string DeleteBehind { get; } =
        $"""
        delete from {schema}.progress p using unnest($1::int[], $2::bigint[], $3::bigint[]) as c(shard, epoch, number)
        where p.shard = c.shard and (p.epoch < c.epoch or (p.epoch = c.epoch and p.number < c.number and (p.reply is null or p.number < c.number - 16)))
            and exists (select 1 from {schema}.shard_owner o where o.shard = c.shard and o.epoch = c.epoch)
        """;

    /// <summary>Reads the records shard by shard, newest first.</summary>
    public string Load { get; } =
        $"""
        select p.shard, p.is_checkpoint, p.record from {schema}.progress p where p.shard = any($1) order by p.shard, p.epoch desc, p.number desc
        """;

    /// <summary>Lists one shard's records without their contents, so that a damaged record does not prevent it.</summary>
    public string List { get; } =
        $"""
        select p.epoch, p.number, p.is_checkpoint from {schema}.progress p where p.shard = $1 order by p.epoch desc, p.number desc
        """;

    public string LoadSome { get; } =
        $"""
        select p.epoch, p.number, p.record from unnest($2::bigint[], $3::bigint[]) as w(epoch, number)
        join {schema}.progress p on p.shard = $1 and p.epoch = w.epoch and p.number = w.number
        """;

    public string ForgetKept { get; } = $"delete from {schema}.kept_key k where k.shard = $1";

    public string RemoveKept { get; } =
        $"delete from {schema}.kept_key k using unnest($2::bigint[]) as r(key_hash) where k.shard = $1 and k.key_hash = r.key_hash";

    public string PutKept { get; } =
        $"""
        insert into {schema}.kept_key (shard, key_hash, from_sequence) select $1, c.key_hash, c.from_sequence from unnest($2::bigint[], $3::bigint[]) as c(key_hash, from_sequence)
        on conflict (shard, key_hash) do update set from_sequence = excluded.from_sequence
        """;

    public string PutState { get; } =
        $"""
        insert into {schema}.state (shard, application, key, value) select * from unnest($1::int[], $2::text[], $3::bytea[], $4::bytea[])
        on conflict (shard, application, key) do update set value = excluded.value
        """;

    public string RemoveState { get; } =
        $"""
        delete from {schema}.state s using unnest($1::int[], $2::text[], $3::bytea[]) as r(shard, application, key)
        where s.shard = r.shard and s.application = r.application and s.key = r.key
        """;

    public string InsertLetter { get; } =
        $"""
        insert into {schema}.dead_letter (shard, subscription, generation, sequence, subscription_id, topic, reason, detail, attempts, status_code,
            first_attempt_at_ms, died_at_ms, size, record)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        on conflict (shard, subscription, generation, sequence) do nothing
        """;
}
