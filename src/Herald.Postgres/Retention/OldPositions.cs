using Herald.Postgres.Connections;

namespace Herald.Postgres.Retention;

/// <summary>Removes source positions that newer ones have replaced.</summary>
internal sealed class OldPositions(Database database)
{
    private const int RowsAtOnce = 10_000;

    private readonly string _schema = database.Schema;

    public Task RemoveAsync(CancellationToken cancel) => database.RunAsync(
        async (connection, either) =>
        {
            await using var command = connection.Command(
                $"""
                delete from {_schema}.source_position p where (p.name, p.position) in (
                    select q.name, q.position from {_schema}.source_position q
                    where q.position < (select max(r.position) from {_schema}.source_position r where r.name = q.name)
                    limit {RowsAtOnce})
                """);
            await command.ExecuteNonQueryAsync(either).ConfigureAwait(false);
        },
        cancel);
}
