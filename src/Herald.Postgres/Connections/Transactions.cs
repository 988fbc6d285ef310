using Npgsql;

namespace Herald.Postgres.Connections;

/// <summary>Transaction commands as statements, so that they travel in the same batch as the work.</summary>
internal static class Transactions
{
    public const string Begin = "begin", Commit = "commit", Rollback = "rollback";

    public static async Task RollbackAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = connection.Command(Rollback);
        await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
    }
}
