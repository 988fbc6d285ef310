using System.Diagnostics;
using Herald.Engine.Channels;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Retrying;

/// <summary>Decides what follows an attempt. A pure function of the result, the attempt count, the policy and the time.</summary>
internal readonly record struct RetryDecision(RetryVerdict Verdict, long DueAtMs, string Reason)
{
    public const string AttemptsExhausted = "attempts-exhausted";
    public const string AgeExhausted = "max-age";
    public const string Rejected = "rejected";

    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromHours(1);

    /// <param name="attempts">The number of attempts so far, including this one.</param>
    /// <param name="firstAttemptAtMs">The start of the first attempt, moved forward by the time that the subscription was paused.</param>
    /// <param name="endpointFails">Most of the endpoint's latest attempts have failed.</param>
    /// <param name="wallAheadMs">How far the wall clock, by which results name times, is ahead of <paramref name="nowMs"/>.</param>
    /// <param name="spread">A random number from 0 (inclusive) to 1 (exclusive).</param>
    public static RetryDecision Of(
        AttemptResult result, int attempts, long firstAttemptAtMs, RetryPolicy policy, bool endpointFails, long nowMs, double spread,
        long wallAheadMs = 0)
    {
        switch (result.Outcome)
        {
            case AttemptOutcome.Delivered:
                return new(RetryVerdict.Delivered, 0, "");
            case AttemptOutcome.Rejected:
                return new(RetryVerdict.Exhausted, 0, Rejected);
            case AttemptOutcome.Expired:
                return new(RetryVerdict.Expired, 0, "");
            case AttemptOutcome.Failed or AttemptOutcome.EndpointGone:
                break;
            default:
                throw new UnreachableException($"{result.Outcome}");
        }
        if (policy.MaxAttempts is { } most && attempts >= most && result.Outcome != AttemptOutcome.EndpointGone)
            return new(RetryVerdict.Exhausted, 0, AttemptsExhausted);
        var wait = Math.Max(WaitMs(policy.Waits, attempts, endpointFails, spread), AskedFor(result));
        // If the next retry would come after the maximum age, the delivery ends now and does not wait for it.
        if (policy.MaxAge is { } age && nowMs + wait > firstAttemptAtMs + age.TotalMilliseconds && result.Outcome != AttemptOutcome.EndpointGone)
            return new(RetryVerdict.Exhausted, 0, AgeExhausted);
        // The policy comes first: it may keep the event as a dead letter.
        if (result.NotAfterMs is { } last && nowMs + wallAheadMs + wait > last && result.Outcome != AttemptOutcome.EndpointGone)
            return new(RetryVerdict.Expired, 0, "");
        return new(RetryVerdict.Retry, nowMs + (long)wait, "");
    }

    /// <summary>The longest possible wait, whether it comes from the policy or from a receiver's Retry-After.</summary>
    public static long LongestWaitMs(RetryPolicy policy)
    {
        var (longest, jitter) = policy.Waits switch
        {
            RetryWaits.Exponential e =>
                (Math.Max(e.Cap.TotalMilliseconds, e.First.Select(wait => wait.TotalMilliseconds).DefaultIfEmpty().Max()), e.Jitter),
            RetryWaits.Schedule s => (s.Waits.Max(wait => wait.TotalMilliseconds), s.Jitter),
            _ => throw new UnreachableException($"{policy.Waits}"),
        };
        return (long)Math.Ceiling(Math.Max(longest * (1 + jitter), LongestRetryAfter.TotalMilliseconds));
    }

    internal static double WaitMs(RetryWaits waits, int attempts, bool endpointFails, double spread)
    {
        var (wait, jitter) = waits switch
        {
            RetryWaits.Exponential e when !endpointFails
                && attempts <= e.First.Count => (e.First[attempts - 1].TotalMilliseconds, e.Jitter),
            RetryWaits.Exponential e => (GrownMs(e, attempts - (endpointFails ? 0 : e.First.Count)), e.Jitter),
            RetryWaits.Schedule s => (s.Waits[Math.Min(attempts, s.Waits.Count) - 1].TotalMilliseconds, s.Jitter),
            _ => throw new UnreachableException($"{waits}"),
        };
        return wait * (1 + (jitter * ((2 * spread) - 1)));
    }

    private static double GrownMs(RetryWaits.Exponential waits, int attempts) =>
        Math.Min(waits.Base.TotalMilliseconds * Math.Pow(waits.Factor, Math.Min(attempts - 1, 1000)), waits.Cap.TotalMilliseconds);

    private static double AskedFor(AttemptResult result) =>
        result.RetryAfter is { } asked ? Math.Min(asked.TotalMilliseconds, LongestRetryAfter.TotalMilliseconds) : 0;
}

internal enum RetryVerdict
{
    Delivered,
    Retry,

    /// <summary>The message would come too late, whatever the policy says.</summary>
    Expired,

    /// <summary>The policy allows no more attempts. Its <see cref="RetryPolicy.OnExhausted"/> decides what follows.</summary>
    Exhausted,
}
