-- A lock that the node's process holds for as long as it lives, and the start of the server that it was last seen to hold it on. Where that server
-- still runs and nobody has the lock, the process has ended. Null: it holds none, or is an older program's.
alter table {schema}.node add column session bigint not null default 0;
alter table {schema}.node add column server timestamptz;

-- The node is about to go: others take its shards as soon as it has released them.
alter table {schema}.node add column leaving boolean not null default false;
