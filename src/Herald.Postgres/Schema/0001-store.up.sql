-- What a store draws once, and the row that changes of the catalog and new periods lock first.
create table {schema}.store (
    id int primary key,
    format int not null,
    shard_count int not null,
    hash_seed bigint not null
);

-- Locked by everyone who appends to a shard; never updated, so that a snapshot held open costs nothing.
create table {schema}.shard_lock (shard int primary key);

create table {schema}.node (
    id bigint primary key,
    name text not null,
    address text not null,
    beat bigint not null,
    started_at timestamptz not null default now()
);

-- A node of 0, or one that is not registered, means: free. Locked by the owner's commits, updated only when a shard moves.
create table {schema}.shard_owner (
    shard int primary key,
    node bigint not null,
    epoch bigint not null
);

-- Events lie in a table per period, event_<number> in a schema of their own; heads are the last sequences of all shards before it.
create schema {schema}_log;
create table {schema}.period (
    number bigint primary key,
    started_at_ms bigint not null,
    heads bigint[] not null
);

-- Remembered ids lie in a table per period too, seen_<number>; the newest and the one before are asked.
create table {schema}.seen_period (
    number bigint primary key,
    started_at_ms bigint not null
);

-- What commits say: one row a commit, only added and, behind a checkpoint, removed.
create table {schema}.progress (
    shard int not null,
    epoch bigint not null,
    number bigint not null,
    is_checkpoint boolean not null,
    settled_below bigint not null,
    record bytea not null,
    reply bytea,
    primary key (shard, epoch, number)
);

create table {schema}.history (
    shard int not null,
    epoch bigint not null,
    number bigint not null,
    first bigint not null,
    last bigint not null,
    written_at_ms bigint not null,
    block bytea not null,
    primary key (shard, epoch, number)
);
create index history_last on {schema}.history (shard, last);

create table {schema}.state (
    shard int not null,
    application text not null,
    key bytea not null,
    value bytea not null,
    primary key (shard, application, key)
);

create table {schema}.dead_letter (
    shard int not null,
    subscription int not null,
    generation int not null,
    sequence bigint not null,
    subscription_id text not null,
    topic text not null,
    reason text not null,
    detail text not null,
    attempts int not null,
    status_code int,
    first_attempt_at_ms bigint not null,
    died_at_ms bigint not null,
    size int not null,
    record bytea not null,
    primary key (shard, subscription, generation, sequence)
);
create index dead_letter_page on {schema}.dead_letter (died_at_ms, shard, sequence, subscription, generation);

-- A body of null: the record was removed.
create table {schema}.catalog (
    kind text not null,
    id text not null,
    number int not null,
    parent int not null,
    version bigint not null,
    heads bigint[] not null,
    body bytea,
    primary key (kind, id)
);
create index catalog_version on {schema}.catalog (version);
create index catalog_number on {schema}.catalog (kind, number);
create index catalog_parent on {schema}.catalog (kind, parent, id);

create table {schema}.source (name text primary key);
create table {schema}.source_position (
    name text not null,
    position bigint not null,
    primary key (name, position)
);
