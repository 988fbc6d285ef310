-- The version of the catalog that the node's attempts are made with, at least: who has changed an endpoint waits until all have come to the change.
alter table {schema}.node add column catalog bigint not null default 0;
