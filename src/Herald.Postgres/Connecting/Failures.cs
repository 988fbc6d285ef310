using System.Net.Sockets;
using Herald.Engine.Stores;
using Npgsql;

namespace Herald.Postgres.Connecting;

/// <summary>What a failure of the database means to the engine.</summary>
internal static class Failures
{
    private const string SerializationFailure = "40001", Deadlock = "40P01", UndefinedTable = "42P01", ReadOnly = "25006", LockNotAvailable = "55P03";

    // By class: connection, insufficient resources, operator intervention, system error.
    private static readonly string[] UnavailableClasses = ["08", "53", "57", "58"];

    /// <summary>Nothing was done, and the same is worth trying at once.</summary>
    public static bool IsConflict(Exception failure) => failure is PostgresException { SqlState: SerializationFailure or Deadlock };

    /// <summary>A period's table has been dropped.</summary>
    public static bool IsTableGone(Exception failure) => failure is PostgresException { SqlState: UndefinedTable };

    public static bool IsLockTimeout(Exception failure) => failure is PostgresException { SqlState: LockNotAvailable };

    /// <summary>The database cannot be reached, restarts, is full or is a standby: it may be there again later.</summary>
    public static bool IsUnavailable(Exception failure) => failure switch
    {
        PostgresException refused => refused.SqlState is ReadOnly or LockNotAvailable || IsConflict(refused)
            || UnavailableClasses.Any(c => refused.SqlState.StartsWith(c, StringComparison.Ordinal)),
        NpgsqlException or SocketException or IOException or TimeoutException or ObjectDisposedException => true,
        // A command on a connection that broke under it.
        InvalidOperationException { Source: "Npgsql" } => true,
        _ => false,
    };

    public static StoreUnavailableException ToUnavailable(Exception failure) => new(
        failure is PostgresException refused ? $"The database answers {refused.SqlState}: {refused.MessageText}." : $"The database cannot be reached: {failure.Message}",
        failure);
}
