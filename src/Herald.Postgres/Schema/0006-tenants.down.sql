alter table {schema}.dead_letter drop column tenant;
drop index {schema}.catalog_page;
alter table {schema}.catalog drop column tenant;
