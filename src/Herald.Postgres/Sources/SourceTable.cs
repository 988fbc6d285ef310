using Herald.Engine.Stores;
using Herald.Postgres.Connections;

namespace Herald.Postgres.Sources;

/// <summary>The positions of sources.</summary>
/// <remarks>
/// Positions are added and never updated, so that a snapshot held open costs nothing. The highest one counts, so two nodes that save at the
/// same time need no lock. The table <c>source</c>, in which earlier versions locked a row, is no longer used.
/// </remarks>
internal sealed class SourceTable(Database database)
{
    private readonly string _schema = database.Schema;

    public Task<long?> ReadAsync(string source, CancellationToken cancel) => database.RunAsync(
        async (connection, either) =>
        {
            await using var command = connection.Command(
                $"select max(p.position) from {_schema}.source_position p where p.name = $1", Commands.Value(source));
            return await command.ExecuteScalarAsync(either).ConfigureAwait(false) as long?;
        },
        cancel);

    /// <summary>Stores nothing when the position is not above the stored one.</summary>
    public Task SaveAsync(SourcePosition position, CancellationToken cancel)
    {
        if (!StoredText.Holds(position.Source))
            throw new ArgumentException(
                $"'{StoredText.Of(position.Source)}' cannot be the name of a source: it contains characters that PostgreSQL cannot store.",
                nameof(position));
        return database.RunAsync(
            async (connection, either) =>
            {
                await using var command = connection.Command(
                    $"""
                    insert into {_schema}.source_position (name, position)
                    select $1, $2 where not exists (select 1 from {_schema}.source_position p where p.name = $1 and p.position >= $2)
                    on conflict (name, position) do nothing
                    """,
                    Commands.Value(position.Source), Commands.Value(position.Position));
                await command.ExecuteNonQueryAsync(either).ConfigureAwait(false);
            },
            cancel);
    }
}
