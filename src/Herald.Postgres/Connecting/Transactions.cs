using Npgsql;

namespace Herald.Postgres.Connecting;

/// <summary>Transactions as statements, so that their ends travel with the first and last of their work.</summary>
internal static class Transactions
{
    public const string Begin = "begin", Commit = "commit", Rollback = "rollback";

    public static async Task RollbackAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = connection.Command(Rollback);
        await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
    }
}
