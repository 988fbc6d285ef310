using Herald.Engine.Stores;

namespace Herald.Notifications.Processing;

/// <summary>Something that has happened to a notification.</summary>
internal abstract record Fact
{
    private Fact(long atMs) => AtMs = atMs;

    /// <summary>When, in Unix milliseconds.</summary>
    public long AtMs { get; }

    /// <summary>A delivery was settled, as the engine reports it.</summary>
    public sealed record Reported(ReportedKind Kind, long SettledAtMs) : Fact(SettledAtMs)
    {
        public string? Reason { get; init; }

        public string? LastWords { get; init; }

        public int Attempts { get; init; }

        public long? FirstAttemptAtMs { get; init; }

        public DeadLetterId? DeadLetter { get; init; }
    }

    /// <summary>The rules of the recipient were applied.</summary>
    /// <param name="Reason">Why it waits or is dropped; null when it was sent.</param>
    public sealed record Judged(JudgedKind Kind, string? Reason, long JudgedAtMs) : Fact(JudgedAtMs);

    /// <summary>Another program says what became of an external notification.</summary>
    public sealed record Resulted(bool IsProcessed, string? Detail, long ResultedAtMs) : Fact(ResultedAtMs);

    /// <summary>The notification has expired.</summary>
    public sealed record TimeIsUp(long ExpiredAtMs) : Fact(ExpiredAtMs);

    /// <summary>The row is so old that no result will come.</summary>
    public sealed record NoResult(long FoundAtMs) : Fact(FoundAtMs);
}

/// <summary>How a delivery was settled.</summary>
internal enum ReportedKind
{
    Delivered,

    /// <summary>Delivered after it was a dead letter.</summary>
    Recovered,
    Exhausted,
    Expired,
    Discarded,
    Forwarded,
}

/// <summary>What the rules of a recipient said.</summary>
internal enum JudgedKind
{
    Sent,
    Waits,
    Dropped,
}
