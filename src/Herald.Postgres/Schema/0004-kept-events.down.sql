alter table {schema}.node drop column keeps;
alter table {schema}.progress drop column free_below;
drop table {schema}.kept_event;
drop table {schema}.kept_key;
