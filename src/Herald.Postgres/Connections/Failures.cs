using System.Net.Sockets;
using Herald.Engine.Stores;
using Npgsql;

namespace Herald.Postgres.Connections;

/// <summary>What a failure of the database means for the engine.</summary>
internal static class Failures
{
    private const string SerializationFailure = "40001", Deadlock = "40P01", UndefinedTable = "42P01", ReadOnly = "25006", LockNotAvailable = "55P03",
        SilentInTransaction = "25P03", NoPrivilege = "42501", DivisionByZero = "22012", DataCorrupted = "XX001";

    // The classes in order: connection, authorisation, database name, insufficient resources, locks and databases that accept no
    // connections, operator intervention, system errors, internal errors.
    private static readonly string[] UnavailableClasses = ["08", "28", "3D", "53", "55", "57", "58", "XX"];

    /// <summary>Nothing was done, and a second try at once can succeed.</summary>
    public static bool IsConflict(Exception failure) => failure is PostgresException { SqlState: SerializationFailure or Deadlock };

    /// <summary>A period's table was dropped.</summary>
    public static bool IsTableGone(Exception failure) => failure is PostgresException { SqlState: UndefinedTable };

    /// <summary>
    /// The database cannot hold the value, for example a letter that its encoding lacks. A second try fails the same way.
    /// </summary>
    public static bool IsValueRefused(Exception failure) => failure is PostgresException refused && refused.SqlState.StartsWith("22", StringComparison.Ordinal) && !IsGuarded(failure);

    /// <summary>Raised by a statement that fails on purpose, so that the rest of its transaction is not done.</summary>
    public static bool IsGuarded(Exception failure) => failure is PostgresException { SqlState: DivisionByZero };

    public static bool IsLockTimeout(Exception failure) => failure is PostgresException { SqlState: LockNotAvailable };

    /// <summary>A row of the answer is damaged and cannot be read. The other rows can be read one by one.</summary>
    public static bool IsDamage(Exception failure) =>
        failure is PostgresException { SqlState: DataCorrupted } || failure.InnerException is PostgresException { SqlState: DataCorrupted };

    /// <summary>
    /// True when the database may be available again later: it cannot be reached, restarts, is full or a standby, or its access rights were
    /// changed. False for what is certainly an error of Herald, such as a wrong statement or column.
    /// </summary>
    public static bool IsUnavailable(Exception failure) => failure switch
    {
        PostgresException refused => refused.SqlState is ReadOnly or SilentInTransaction or NoPrivilege || IsConflict(refused)
            || UnavailableClasses.Any(c => refused.SqlState.StartsWith(c, StringComparison.Ordinal)),
        NpgsqlException or SocketException or IOException or TimeoutException or ObjectDisposedException => true,
        // A command on a connection that broke meanwhile.
        InvalidOperationException { Source: "Npgsql" } => true,
        // The client met a message that it did not expect, and has closed the connection. Another connection is not affected.
        { Source: "Npgsql" } => failure.GetType() == typeof(Exception),
        _ => false,
    };

    /// <summary>
    /// The database, or this connection to it, has ended or cannot be opened. False for statements that were refused, waited for a lock, or
    /// took too long: then the database answers.
    /// </summary>
    public static bool IsCutOff(Exception failure) => failure switch
    {
        PostgresException refused => refused.SqlState.StartsWith("08", StringComparison.Ordinal) || refused.SqlState.StartsWith("57P", StringComparison.Ordinal),
        SocketException or EndOfStreamException => true,
        NpgsqlException or IOException => failure.InnerException is { } cause && IsCutOff(cause),
        _ => false,
    };

    public static StoreUnavailableException ToUnavailable(Exception failure)
    {
        var message = failure is PostgresException refused
            ? $"The database answered with error {refused.SqlState}: {refused.MessageText}." : $"The database cannot be reached: {failure.Message}";
        return IsCutOff(failure) ? new StoreAwayException(message, failure) : new StoreUnavailableException(message, failure);
    }

    /// <summary>The reason as a short sentence, for people.</summary>
    public static string Describe(Exception failure)
    {
        var text = failure.Message;
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is SocketException)
                text = cause.Message;
            else if (cause is PostgresException refused)
                text = refused.MessageText;
            else
                continue;
            break;
        }
        return text.EndsWith('.') ? text : $"{text}.";
    }
}
