-- A table; with semicolons where they end nothing; as here.
create table {schema}.note (id int primary key, text text not null default 'a;b');
create table {schema}."odd;name" (id int);
insert into {schema}.note (id) values (1);
