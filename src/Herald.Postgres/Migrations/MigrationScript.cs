using Npgsql;

namespace Herald.Postgres.Migrations;

/// <summary>Runs the statements of one file, and tells where in it an error is.</summary>
/// <param name="template">The file, in which <c>{schema}</c> stands for the schema.</param>
internal sealed class MigrationScript(string file, string template, string schema)
{
    private readonly string _sql = template.Replace("{schema}", schema, StringComparison.Ordinal);

    /// <exception cref="MigrationException">A statement has failed; the transaction is lost.</exception>
    public async Task RunAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        foreach (var statement in SqlScript.Split(_sql))
        {
            // It may take long: whoever does not want to wait cancels.
            await using var command = new NpgsqlCommand(statement.Text, connection) { CommandTimeout = 0 };
            try
            {
                await command.ExecuteNonQueryAsync(cancel);
            }
            catch (PostgresException error) when (!MigrationTurn.MayPass(error))
            {
                throw new MigrationException(MigrationFault.Failed, Describe(error, statement), error);
            }
        }
    }

    private string Describe(PostgresException error, SqlStatement statement)
    {
        // Without a position it is the statement as a whole, a constraint for instance.
        var (line, column, text) = SqlScript.Locate(_sql, statement.Offset + Math.Max(error.Position - 1, 0));
        var told = $"{file}, line {line}, column {column}: {error.MessageText} ({error.SqlState}){Environment.NewLine}  {text}";
        // Its details may hold data, and stay out.
        return error.Hint is null ? told : $"{told}{Environment.NewLine}  {error.Hint}";
    }
}
