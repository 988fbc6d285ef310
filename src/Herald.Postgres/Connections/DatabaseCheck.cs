using Npgsql;

namespace Herald.Postgres.Connections;

/// <summary>Checks at start whether Herald can use this database.</summary>
internal static class DatabaseCheck
{
    public static Task<Dialect> RunAsync(Database database, Action<string> notices, CancellationToken cancel) => database.RunAsync(
        async (connection, either) =>
        {
            await using var batch = new NpgsqlBatch(connection);
            batch.With(Dialect.VersionSql).With(Dialect.SettingsSql);
            await using var reader = await batch.ExecuteReaderAsync(either).ConfigureAwait(false);
            await reader.ReadAsync(either).ConfigureAwait(false);
            var dialect = Dialect.Of(reader.GetString(0));
            await reader.NextResultAsync(either).ConfigureAwait(false);
            await reader.ReadAsync(either).ConfigureAwait(false);
            if (reader.GetString(0) is var isolation && !dialect.MayIsolateBy(isolation))
                throw new PostgresStoreException(
                    $"default_transaction_isolation is '{isolation}'. Transactions would not see events appended while they waited. Set "
                        + "it to 'read committed' for Herald's user.");
            if (!reader.IsDBNull(1) && reader.GetString(1) == "off")
                notices(
                    "synchronous_commit is off. Acknowledged events can be lost when the database "
                        + "crashes. Set it to 'on' for Herald's user.");
            return dialect;
        },
        cancel);
}
