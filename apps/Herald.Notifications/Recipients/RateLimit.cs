namespace Herald.Notifications.Recipients;

/// <summary>How much one recipient gets.</summary>
/// <param name="Most">At most so many notifications in any time as long as <paramref name="Within"/>.</param>
internal sealed record RateLimit(int Most, TimeSpan Within, Excess Then)
{
    public long WithinMs => (long)Within.TotalMilliseconds;
}

/// <summary>What becomes of notifications above a limit.</summary>
public enum Excess
{
    /// <summary>They are sent as soon as the limit allows it.</summary>
    Wait,

    /// <summary>They fail.</summary>
    Drop,
}
