alter table {schema}.store drop column hash_secret;
