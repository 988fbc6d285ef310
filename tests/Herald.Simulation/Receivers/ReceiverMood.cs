namespace Herald.Simulation.Receivers;

internal enum ReceiverMood
{
    Well,

    /// <summary>Slow, and answers one request in five with 500.</summary>
    Moody,
    Failing,

    /// <summary>Answers 429 or 503, with Retry-After.</summary>
    Throttling,

    /// <summary>Takes requests, and acknowledges after the sender has stopped waiting, or never.</summary>
    Hanging,

    /// <summary>Connections are refused.</summary>
    Down,

    /// <summary>Answers 410.</summary>
    Gone,
}
