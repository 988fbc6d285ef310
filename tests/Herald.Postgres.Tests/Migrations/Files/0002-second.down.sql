delete from {schema}.note where id = 2;
alter table {schema}.note drop column author;
