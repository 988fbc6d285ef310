namespace Herald.Soak.Faults;

/// <summary>What may go wrong, each as one word for <c>--only</c>.</summary>
internal enum FaultKind
{
    /// <summary>A node ends on the spot (<c>kill -9</c>), and is started again.</summary>
    Kill,

    /// <summary>A node is asked to stop (SIGTERM), and is started again.</summary>
    Stop,

    /// <summary>A node stands still (SIGSTOP) for longer than its lease, and goes on.</summary>
    Pause,

    /// <summary>Nothing comes through between a node and the database, for longer than its lease.</summary>
    Cut,

    /// <summary>All connections of a node to the database break.</summary>
    Reset,

    /// <summary>The database ends on the spot, and is started again.</summary>
    Database,

    /// <summary>The broker of Kafka ends on the spot, and is started again.</summary>
    Kafka,

    /// <summary>The server of NATS ends on the spot, and is started again.</summary>
    Nats,

    /// <summary>The database's disk is full for a while.</summary>
    Disk,

    /// <summary>A node's wall clock is set forward or back, and later right again.</summary>
    Clock,

    /// <summary>One receiver refuses connections for a while; the others have nothing to do with it.</summary>
    Receiver,
}
