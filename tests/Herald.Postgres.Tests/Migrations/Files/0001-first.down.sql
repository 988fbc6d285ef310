drop table {schema}."odd;name";
drop table {schema}.note;
