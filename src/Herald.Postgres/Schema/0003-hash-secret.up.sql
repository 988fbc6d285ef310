-- For the hashes by which events are known; null in a store of format 1, which is not opened any more.
alter table {schema}.store add column hash_secret bytea;
