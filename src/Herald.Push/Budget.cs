using Herald.Messages.Providers;

namespace Herald.Push;

/// <summary>The time of one attempt, which can need several requests.</summary>
internal readonly struct Budget(TimeSpan whole, TimeProvider time)
{
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(1);

    private readonly long _started = time.GetTimestamp();

    /// <summary>
    /// The whole time of the attempt. The chain cancels a try at the end of its share, unless the service may have the message by then.
    /// </summary>
    public static Budget Of(Sending sending, TimeProvider time) => new(sending.Attempt.Subscription.Limits.Timeout, time);

    public TimeSpan Used => time.GetElapsedTime(_started);

    public bool IsUsedUp => Used >= whole;

    /// <summary>Never zero, so that a request with no time left fails as one that took too long.</summary>
    public TimeSpan Left => whole - Used is var left && left > Least ? left : Least;
}
