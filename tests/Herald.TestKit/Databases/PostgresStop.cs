namespace Herald.TestKit.Databases;

/// <summary>How a <see cref="PostgresServer"/> is stopped.</summary>
public enum PostgresStop
{
    /// <summary>Rolls back open transactions, closes connections and writes everything.</summary>
    Fast,

    /// <summary>Ends the server at once, as in a crash. The next start recovers.</summary>
    Immediate,
}
