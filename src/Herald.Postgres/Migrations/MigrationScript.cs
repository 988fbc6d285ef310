using Npgsql;

namespace Herald.Postgres.Migrations;

/// <summary>Runs the statements of one file, and reports where in the file an error is.</summary>
/// <param name="template">The text of the file, which contains <c>{schema}</c> in place of the schema.</param>
internal sealed class MigrationScript(string file, string template, string schema)
{
    private readonly string _sql = template.Replace("{schema}", schema, StringComparison.Ordinal);

    /// <exception cref="MigrationException">A statement failed; the transaction must be rolled back.</exception>
    public async Task RunAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        foreach (var statement in SqlScript.Split(_sql))
        {
            // A statement can take long; the operator can cancel it.
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
        // An error without a position concerns the whole statement, for example a constraint.
        var (line, column, text) = SqlScript.Locate(_sql, statement.Offset + Math.Max(error.Position - 1, 0));
        var told = $"{file}, line {line}, column {column}: {error.MessageText} ({error.SqlState}){Environment.NewLine}  {text}";
        // The error's details can contain data, so they are left out.
        return error.Hint is null ? told : $"{told}{Environment.NewLine}  {error.Hint}";
    }
}
