namespace Herald.Simulation.Receiving;

internal enum ReceiverMood
{
    Well,

    /// <summary>Takes its time, and answers one in five with 500.</summary>
    Moody,
    Failing,

    /// <summary>429 or 503, with Retry-After.</summary>
    Throttling,

    /// <summary>Takes what comes, and answers after everybody has stopped waiting, or never.</summary>
    Hanging,

    /// <summary>Connections are refused.</summary>
    Down,

    /// <summary>410.</summary>
    Gone,
}
