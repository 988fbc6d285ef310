-- Numbers may be left out. This one cannot be taken back.
create function {schema}.twice(n int) returns int language sql as $twice$ select n * 2; $twice$;
