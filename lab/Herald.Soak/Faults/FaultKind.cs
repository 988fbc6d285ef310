namespace Herald.Soak.Faults;

/// <summary>The kinds of faults. Each name is a word for <c>--only</c>.</summary>
internal enum FaultKind
{
    /// <summary>A node is killed (<c>kill -9</c>) and started again.</summary>
    Kill,

    /// <summary>A node is asked to stop (SIGTERM) and started again.</summary>
    Stop,

    /// <summary>A node is suspended (SIGSTOP) for longer than its lease, and then continues.</summary>
    Pause,

    /// <summary>No bytes pass between a node and the database for longer than the node's lease.</summary>
    Cut,

    /// <summary>All connections of a node to the database break.</summary>
    Reset,

    /// <summary>The database is killed and started again.</summary>
    Database,

    /// <summary>The Kafka broker is killed and started again.</summary>
    Kafka,

    /// <summary>The NATS server is killed and started again.</summary>
    Nats,

    /// <summary>The database's disk is full for a while.</summary>
    Disk,

    /// <summary>A node's wall clock is set forward or back, and later corrected.</summary>
    Clock,

    /// <summary>One receiver refuses connections for a while. This must not affect the others.</summary>
    Receiver,
}
