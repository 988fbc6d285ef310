alter table {schema}.note add column author text;
/* Each run of this file leaves a line: /* it is counted */ by tests. */
insert into {schema}.note (id, author) values (2, E'it\'s; me');
