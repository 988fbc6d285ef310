namespace Herald.Push;

/// <summary>The time of one attempt, which can need several requests.</summary>
internal readonly struct Budget(TimeSpan whole, TimeProvider time)
{
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(1);

    private readonly long _started = time.GetTimestamp();

    public TimeSpan Used => time.GetElapsedTime(_started);

    public bool IsUsedUp => Used >= whole;

    /// <summary>Never zero, so that a request with no time left fails as one that took too long.</summary>
    public TimeSpan Left => whole - Used is var left && left > Least ? left : Least;
}
