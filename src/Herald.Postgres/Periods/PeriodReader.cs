using Herald.Postgres.Connections;
using Npgsql;

namespace Herald.Postgres.Periods;

/// <summary>The map of periods. It is read again when an answer of the database shows that it is old.</summary>
internal sealed class PeriodReader(Database database)
{
    private volatile PeriodMap? _map;

    public PeriodMap Map => _map ?? throw new InvalidOperationException("The store has not been opened.");

    public async Task<PeriodMap> RefreshAsync(CancellationToken cancel)
    {
        var map = await database.RunVitalAsync(
            (connection, either) => ReadAsync(connection, database.Schema, either), cancel).ConfigureAwait(false);
        return _map = map;
    }

    public static async Task<PeriodMap> ReadAsync(NpgsqlConnection connection, string schema, CancellationToken cancel)
    {
        var (all, seen) = (new List<Period>(), 0L);
        await using var command = connection.Command(
            $"select p.number, p.started_at_ms, p.heads, (select max(s.number) from {schema}.seen_period s) "
                + $"from {schema}.period p order by p.number");
        await using var reader = await command.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        while (await reader.ReadAsync(cancel).ConfigureAwait(false))
        {
            all.Add(new Period(reader.GetInt64(0), reader.GetInt64(1), reader.GetFieldValue<long[]>(2)));
            seen = reader.GetInt64(3);
        }
        return new PeriodMap(all, seen);
    }
}
