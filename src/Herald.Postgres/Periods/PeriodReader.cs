using Herald.Postgres.Connecting;

namespace Herald.Postgres.Periods;

/// <summary>The map of periods, read again whenever an answer of the database shows that it is old.</summary>
internal sealed class PeriodReader(Database database)
{
    private volatile PeriodMap? _map;

    private string ReadSql { get; } =
        $"select p.number, p.started_at_ms, p.heads, (select max(s.number) from {database.Schema}.seen_period s) from {database.Schema}.period p order by p.number";

    public PeriodMap Map => _map ?? throw new InvalidOperationException("The store has not been opened.");

    public async Task<PeriodMap> RefreshAsync(CancellationToken cancel)
    {
        var (all, seen) = (new List<Period>(), 0L);
        await database.RunAsync(
            async (connection, either) =>
            {
                all.Clear();
                await using var command = connection.Command(ReadSql);
                await using var reader = await command.ExecuteReaderAsync(either).ConfigureAwait(false);
                while (await reader.ReadAsync(either).ConfigureAwait(false))
                {
                    all.Add(new Period(reader.GetInt64(0), reader.GetInt64(1), reader.GetFieldValue<long[]>(2)));
                    seen = reader.GetInt64(3);
                }
            },
            cancel).ConfigureAwait(false);
        return _map = new PeriodMap(all, seen);
    }
}
