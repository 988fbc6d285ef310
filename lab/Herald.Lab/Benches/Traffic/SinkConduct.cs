namespace Herald.Lab.Benches.Traffic;

/// <summary>How one of the receiver's endpoints behaves.</summary>
internal enum SinkConduct
{
    /// <summary>Answers 200 at once.</summary>
    Accept,

    /// <summary>Waits from 0 to 5 ms, always the same for the same event, and answers 200.</summary>
    Work,

    /// <summary>Waits 100 ms, and answers 200.</summary>
    Slow,

    /// <summary>Answers 500 to one request in ten, whatever its content, and 200 to the others.</summary>
    Flaky,

    /// <summary>Answers 500 to events of hot keys, and 200 to others.</summary>
    RefuseHotKeys,

    /// <summary>Answers 500.</summary>
    Refuse,

    /// <summary>Takes requests and never answers.</summary>
    Hang,
}
