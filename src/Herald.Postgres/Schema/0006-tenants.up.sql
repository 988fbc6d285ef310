-- The tenant of a record, for pages: ids and topics are full names, @tenant/name outside of the tenant default.
alter table {schema}.catalog add column tenant text
    generated always as (case when id like '@%/%' then split_part(substr(id, 2), '/', 1) else 'default' end) stored;
create index catalog_page on {schema}.catalog (kind, tenant, id);

alter table {schema}.dead_letter add column tenant text
    generated always as (case when topic like '@%/%' then split_part(substr(topic, 2), '/', 1) else 'default' end) stored;
