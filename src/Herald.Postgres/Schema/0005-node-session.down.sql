alter table {schema}.node drop column leaving;
alter table {schema}.node drop column server;
alter table {schema}.node drop column session;
