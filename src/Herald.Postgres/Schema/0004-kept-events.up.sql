-- Keys that wait, and from where on their events are needed: those outlive the tables they were written to.
create table {schema}.kept_key (
    shard int not null,
    key_hash bigint not null,
    from_sequence bigint not null,
    primary key (shard, key_hash)
);
create index kept_key_from on {schema}.kept_key (shard, from_sequence);

-- Events of such keys out of tables that have been dropped.
create table {schema}.kept_event (
    shard int not null,
    sequence bigint not null,
    accepted_at_ms bigint not null,
    key_hash bigint not null,
    id_hash bigint not null,
    route_high bigint not null,
    route_low bigint not null,
    topic int not null,
    flags int not null,
    size int not null,
    record bytea not null,
    primary key (shard, sequence)
);

-- Everything below it is settled but for kept keys. Null: an older program's commit, which knows none of them.
alter table {schema}.progress add column free_below bigint;

-- Whether the node reads kept events: as long as one does not, nothing is dropped that leaves some behind.
alter table {schema}.node add column keeps boolean not null default false;
