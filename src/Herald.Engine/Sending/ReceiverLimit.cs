using Herald.Engine.Channels;

namespace Herald.Engine.Sending;

/// <summary>
/// How many attempts an endpoint bears at a time. It grows while latency holds, and shrinks when several keys fail one after another
/// with no success between. One key that fails again and again counts once, and nothing shrinks while others succeed, so that a
/// poison key does not slow its neighbours.
/// </summary>
/// <remarks>
/// <code>
/// Open ── troubled keys (time-outs, refused, 429, 503) ──► Down: no attempts but single probes, until one succeeds ──► Open
///   │                                                        └── a probe is answered, but with failure ──► Suspect
///   └── failing keys (it answers, but 500) ──► Suspect: few at a time and paced, until one succeeds ──► Open
/// </code>
/// An endpoint that answers is never Down: behind a thousand poison keys there may be healthy ones. Not thread-safe; the ledger guards it.
/// </remarks>
internal sealed class ReceiverLimit(Random random)
{
    private const int FirstLimit = 16;

    // Distinct keys that must fail without a success between before the limit shrinks.
    private const int TroubledKeys = 3;
    private const int FailingKeys = 12;
    private const double FirstProbeMs = 250, LongestProbeMs = 10_000, ProbeGrowth = 1.6;

    // A channel comes with a start of the node: this is for those that one day come and go.
    private const double UnreachableProbeMs = 5_000;
    private const double LongestSilenceMs = 3_600_000;
    private const int SuspectLimit = 4;
    private const long SuspectPaceMs = 2;

    // The share of failures counts the latest attempts most: half of it is of the last eleven.
    private const double ShareOfOne = 1.0 / 16, MostlyFrom = 0.5;

    private readonly HashSet<ulong> _failing = [];
    private double _failedShare;

    // Latency over one round of attempts, and the best round seen, which fades so that a receiver may change its nature.
    private double _roundMs, _bestMs = double.MaxValue;
    private int _roundCount;

    // Of the round: how many took longer than the best, and much longer. Most of a round must: a receiver that is slow now and then, whatever
    // its load, has rounds without a slow one, and beside those its mean would speak against it for ever.
    private int _roundSlower, _roundMuchSlower;
    private bool _fastStart = true;
    private double _limit = FirstLimit;
    private double _probeWaitMs = FirstProbeMs;
    private long _silentUntilMs, _nextProbeAtMs, _nextPacedAtMs;

    public int Most { get; set; } = 100;
    public bool Fixed { get; set; }

    /// <summary>This node's part of all attempts: one of ten nodes probes a tenth as often.</summary>
    public double Share { get; set; } = 1;
    public bool IsDown { get; private set; }
    public bool IsSuspect { get; private set; }

    /// <summary>Most of the latest attempts have failed, or it is held back for that.</summary>
    public bool MostlyFails => IsDown || IsSuspect || _failedShare > MostlyFrom;

    /// <summary>What may be in flight now.</summary>
    public int Allowed(long nowMs, int inFlight) =>
        nowMs < _silentUntilMs ? 0
        : IsDown ? (nowMs >= _nextProbeAtMs && inFlight == 0 ? 1 : 0)
        : IsSuspect ? (nowMs >= _nextPacedAtMs ? Math.Min(Most, SuspectLimit) : inFlight)
        : Fixed ? Most
        : Math.Max(1, Math.Min(Most, (int)_limit));

    /// <summary>When <see cref="Allowed"/> may rise by itself; 0 when it does not.</summary>
    public long WakeAtMs(long nowMs)
    {
        var at = Math.Max(_silentUntilMs, IsDown ? _nextProbeAtMs : IsSuspect ? _nextPacedAtMs : 0);
        return at > nowMs ? at : 0;
    }

    public void Granted(long nowMs)
    {
        if (IsSuspect)
            _nextPacedAtMs = nowMs + SuspectPaceMs;
    }

    public int Shown => IsDown ? 0 : Fixed ? Most : Math.Min(Most, (int)_limit);

    /// <returns>True when the endpoint has just come back.</returns>
    /// <param name="wanted">More would be in flight if it were allowed: the limit is used, and may grow.</param>
    public bool Settle(AttemptResult result, ulong key, bool wanted, long nowMs)
    {
        var hasFailed = result.Outcome switch
        {
            AttemptOutcome.Delivered or AttemptOutcome.Rejected => false,
            AttemptOutcome.Failed or AttemptOutcome.EndpointGone => true,
        };
        _failedShare += ShareOfOne * ((hasFailed ? 1 : 0) - _failedShare);
        if (!hasFailed)
            return Succeeded(result.Duration.TotalMilliseconds, wanted);
        if (IsDown)
        {
            // Begun before it went down: no probe, and nothing new.
            if (nowMs < _nextProbeAtMs)
                return false;
            if (!result.EndpointTroubled)
            {
                // It answers again, if only to refuse: behind these keys there may be healthy ones.
                (IsDown, IsSuspect, _limit, _probeWaitMs) = (false, true, Math.Min(Most, SuspectLimit), FirstProbeMs);
                return false;
            }
            _probeWaitMs = Math.Min(_probeWaitMs * ProbeGrowth, LongestProbeMs);
            _nextProbeAtMs = nowMs + Spread(_probeWaitMs);
            return false;
        }
        // A full set means long trouble already; it need not grow.
        if (_failing.Count < 256 && !_failing.Add(key))
            return false;
        if (result.EndpointTroubled && _failing.Count >= TroubledKeys)
        {
            // One key's Retry-After holds only that key; several keys' speak for the endpoint.
            if (result.RetryAfter is { } asked)
                _silentUntilMs = nowMs + (long)Math.Min(asked.TotalMilliseconds, LongestSilenceMs);
            Shrink(nowMs);
        }
        else if (_failing.Count >= FailingKeys)
            (IsSuspect, _fastStart, _limit) = (true, false, Math.Min(_limit, SuspectLimit));
        return false;
    }

    /// <summary>
    /// Nothing was sent, since there is no way to the endpoint from this node: no failure of the receiver's. It is as one that is down, and looked at again every few seconds.
    /// </summary>
    public void Unreachable(long nowMs)
    {
        (IsDown, _fastStart, _limit) = (true, false, 0);
        _nextProbeAtMs = nowMs + (long)(UnreachableProbeMs * (0.8 + (0.4 * random.NextDouble())));
    }

    private bool Succeeded(double latencyMs, bool wanted)
    {
        _failing.Clear();
        if (IsSuspect)
            (IsSuspect, _fastStart) = (false, true);
        var cameBack = IsDown;
        if (cameBack)
            (IsDown, _limit, _fastStart, _probeWaitMs, _bestMs) = (false, 1, true, FirstProbeMs, double.MaxValue);
        _roundMs += latencyMs;
        _roundCount++;
        if (latencyMs > (_bestMs * 2) + 5)
            _roundSlower++;
        if (latencyMs > (_bestMs * 4) + 20)
            _roundMuchSlower++;
        if (_roundCount >= Math.Max(8, _limit))
            EndRound(wanted);
        else if (_fastStart && wanted && _limit < FirstLimit)
            _limit++;
        return cameBack;
    }

    private void EndRound(bool wanted)
    {
        var (most, slower, muchSlower) = (_roundCount / 2, _roundSlower, _roundMuchSlower);
        _bestMs = Math.Min(_roundMs / _roundCount, _bestMs * 1.02);
        (_roundMs, _roundCount, _roundSlower, _roundMuchSlower) = (0, 0, 0, 0);
        if (muchSlower > most)
        {
            _fastStart = false;
            _limit = Math.Max(Math.Min(Most, 4), _limit * 0.9);
        }
        else if (slower > most)
        {
            _fastStart = false;
        }
        else if (wanted)
        {
            _limit = Math.Min(Most, _fastStart ? _limit * 2 : _limit + Math.Max(1, _limit * 0.1));
        }
    }

    private void Shrink(long nowMs)
    {
        _fastStart = false;
        _limit = Math.Min(_limit, Most) / 2;
        if (_limit >= 1)
            return;
        (IsDown, _limit) = (true, 0);
        _nextProbeAtMs = nowMs + Spread(_probeWaitMs);
    }

    private long Spread(double waitMs) => (long)(waitMs / Share * (0.8 + (0.4 * random.NextDouble())));
}
