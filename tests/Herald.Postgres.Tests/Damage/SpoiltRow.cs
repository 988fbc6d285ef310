namespace Herald.Postgres.Tests.Damage;

/// <summary>
/// A row whose value the database itself cannot read back, as where a part of it is missing from its TOAST table: a statement that touches it
/// fails. A view in the table's place fails for one row as such a row does.
/// </summary>
internal static class SpoiltRow
{
    /// <param name="row">A condition.</param>
    /// <param name="schema">Null: the store's own.</param>
    /// <param name="reading">The queries for which it is spoilt.</param>
    public static async Task MakeAsync(PostgresHarness harness, string table, string column, string row, string? schema = null, string reading = "%")
    {
        schema ??= harness.Options.Schema;
        var names = ((string)(await harness.ExecuteAsync(
            "select string_agg(quote_ident(column_name), ' ' order by ordinal_position) from information_schema.columns "
            + $"where table_schema = '{schema}' and table_name = '{table}'"))!).Split(' ');
        var columns = string.Join(
            ", ", names.Select(name => name == column ? $"case when {row} then {schema}.{table}_spoilt() else {column} end as {column}" : name));
        // One by one: a function's body has a semicolon of its own.
        await harness.ExecuteAsync($"create function {schema}.{table}_spoilt() returns bytea language plpgsql stable as "
            + $"'begin if current_query() like ''{reading}'' then raise exception ''missing chunk number 0 for toast value 1'' using errcode = ''XX001''; end if; "
            + "return ''''::bytea; end'");
        await harness.ExecuteAsync($"alter table {schema}.{table} rename to {table}_whole");
        await harness.ExecuteAsync($"create view {schema}.{table} as select {columns} from {schema}.{table}_whole");
    }

    public static Task UndoAsync(PostgresHarness harness, string table, string schema) =>
        harness.ExecuteAsync($"drop view {schema}.{table}; alter table {schema}.{table}_whole rename to {table}");
}
