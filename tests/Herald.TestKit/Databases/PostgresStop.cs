namespace Herald.TestKit.Databases;

/// <summary>How a <see cref="PostgresServer"/> is stopped.</summary>
public enum PostgresStop
{
    /// <summary>Open transactions are rolled back, connections closed, everything written.</summary>
    Fast,

    /// <summary>On the spot, as in a crash: the next start recovers.</summary>
    Immediate,
}
