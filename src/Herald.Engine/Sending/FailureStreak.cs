using System.Diagnostics;
using Herald.Engine.Channels;

namespace Herald.Engine.Sending;

/// <summary>The failures of an endpoint on this node since its last success.</summary>
internal sealed class FailureStreak
{
    // The longest wait between two attempts is an hour. After a longer gap, other nodes have sent to the endpoint, and nobody told this one
    // how that went.
    private const long LongestGapMs = 2 * 3_600_000;

    private bool _hasSucceeded;

    /// <summary>The first and the last one; null when there is none.</summary>
    public (long FirstMs, long LastMs, string Reason)? Failures { get; private set; }

    public EndpointState State =>
        Failures is not null ? EndpointState.Fails : _hasSucceeded ? EndpointState.Works : EndpointState.Unknown;

    public void Note(AttemptResult result, long nowMs)
    {
        switch (result.Outcome)
        {
            case AttemptOutcome.Delivered:
                (Failures, _hasSucceeded) = (null, true);
                break;
            case AttemptOutcome.Failed or AttemptOutcome.EndpointGone:
                var goesOn = Failures is var (_, last, _) && nowMs - last <= LongestGapMs;
                Failures = (goesOn ? Failures!.Value.FirstMs : nowMs, nowMs, result.Reason);
                break;
            // The endpoint has answered, and refused one event.
            case AttemptOutcome.Rejected:
                break;
            // The runner gives its permit back as unused.
            case AttemptOutcome.Expired:
                throw new UnreachableException($"{result.Outcome}");
        }
    }
}
