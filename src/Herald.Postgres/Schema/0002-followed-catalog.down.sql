alter table {schema}.node drop column catalog;
