namespace Herald.Postgres.Tests.Damage;

/// <summary>
/// Makes a row with a value that the database itself cannot read back, as when a part of it is missing from its TOAST table: every
/// statement that reads the value fails. A view that replaces the table imitates this for one row.
/// </summary>
internal static class SpoiltRow
{
    /// <param name="row">A condition that selects the row.</param>
    /// <param name="schema">The schema of the table; null for the store's own.</param>
    /// <param name="reading">A pattern of the queries that fail.</param>
    public static async Task MakeAsync(PostgresHarness harness, string table, string column, string row, string? schema = null, string reading = "%")
    {
        schema ??= harness.Options.Schema;
        var names = ((string)(await harness.ExecuteAsync(
            "select string_agg(quote_ident(column_name), ' ' order by ordinal_position) from information_schema.columns "
            + $"where table_schema = '{schema}' and table_name = '{table}'"))!).Split(' ');
        var columns = string.Join(
            ", ", names.Select(name => name == column ? $"case when {row} then {schema}.{table}_spoilt() else {column} end as {column}" : name));
        // The statements are executed one by one, because the function's body contains a semicolon.
        await harness.ExecuteAsync($"create function {schema}.{table}_spoilt() returns bytea language plpgsql stable as "
            + $"'begin if current_query() like ''{reading}'' then raise exception ''missing chunk number 0 for toast value 1'' using errcode = ''XX001''; end if; "
            + "return ''''::bytea; end'");
        await harness.ExecuteAsync($"alter table {schema}.{table} rename to {table}_whole");
        await harness.ExecuteAsync($"create view {schema}.{table} as select {columns} from {schema}.{table}_whole");
    }

    public static Task UndoAsync(PostgresHarness harness, string table, string schema) =>
        harness.ExecuteAsync($"drop view {schema}.{table}; alter table {schema}.{table}_whole rename to {table}");
}
