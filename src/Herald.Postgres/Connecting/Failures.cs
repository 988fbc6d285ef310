using System.Net.Sockets;
using Herald.Engine.Stores;
using Npgsql;

namespace Herald.Postgres.Connecting;

/// <summary>What a failure of the database means to the engine.</summary>
internal static class Failures
{
    private const string SerializationFailure = "40001", Deadlock = "40P01", UndefinedTable = "42P01", ReadOnly = "25006", LockNotAvailable = "55P03",
        SilentInTransaction = "25P03", NoPrivilege = "42501", DivisionByZero = "22012", DataCorrupted = "XX001";

    // By class: connection, who may log in, which database, insufficient resources, locks and databases that take no
    // connections, operator intervention, errors of the system and of the database.
    private static readonly string[] UnavailableClasses = ["08", "28", "3D", "53", "55", "57", "58", "XX"];

    /// <summary>Nothing was done, and the same is worth trying at once.</summary>
    public static bool IsConflict(Exception failure) => failure is PostgresException { SqlState: SerializationFailure or Deadlock };

    /// <summary>A period's table has been dropped.</summary>
    public static bool IsTableGone(Exception failure) => failure is PostgresException { SqlState: UndefinedTable };

    /// <summary>A value that the database cannot hold, such as a letter its encoding does not have. The same is refused again.</summary>
    public static bool IsValueRefused(Exception failure) => failure is PostgresException refused && refused.SqlState.StartsWith("22", StringComparison.Ordinal) && !IsGuarded(failure);

    /// <summary>A statement that is there to fail: what comes with it must not be done.</summary>
    public static bool IsGuarded(Exception failure) => failure is PostgresException { SqlState: DivisionByZero };

    public static bool IsLockTimeout(Exception failure) => failure is PostgresException { SqlState: LockNotAvailable };

    /// <summary>Something among what was asked for is damaged, and cannot be read back. What else was asked for can, by itself.</summary>
    public static bool IsDamage(Exception failure) =>
        failure is PostgresException { SqlState: DataCorrupted } || failure.InnerException is PostgresException { SqlState: DataCorrupted };

    /// <summary>The database cannot be reached, restarts, is full or is a standby, or somebody has changed who may use it: it may be there again later. What is
    /// certain to be a mistake of ours (a statement, a column) is not among it.</summary>
    public static bool IsUnavailable(Exception failure) => failure switch
    {
        PostgresException refused => refused.SqlState is ReadOnly or SilentInTransaction or NoPrivilege || IsConflict(refused)
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
