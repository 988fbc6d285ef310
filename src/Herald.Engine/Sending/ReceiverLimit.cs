using System.Diagnostics;
using Herald.Engine.Channels;

namespace Herald.Engine.Sending;

/// <summary>Decides how many attempts an endpoint can take at a time.</summary>
/// <remarks>
/// The limit grows while latency stays the same. It shrinks when several different keys fail with no success between them. A key that fails
/// again and again counts once, and nothing shrinks while other keys succeed. So a poison key does not slow its neighbours.
/// <code>
/// Open ────── from the 3rd troubled key on (time-outs, refused, 429, 503) each halves the limit; below 1 ──► Down
///          └─ the 12th failing key (it answers, but with 500) ──► Suspect
/// Down ────── no attempts except single probes; one succeeds ──► Open
///          └─ a probe is answered, but with a failure ──► Suspect
/// Suspect ─── few at a time and paced; one succeeds ──► Open
/// </code>
/// An endpoint that answers is never Down: behind a thousand poison keys there may be healthy ones. Not thread-safe; the ledger guards it.
/// </remarks>
internal sealed class ReceiverLimit(Random random)
{
    private const int FirstLimit = 16;

    // Distinct keys that must fail, with no success between them, before the limit shrinks.
    private const int TroubledKeys = 3;
    private const int FailingKeys = 12;
    private const double FirstProbeMs = 250, LongestProbeMs = 10_000, ProbeGrowth = 1.6;

    // Today a channel can only be added by a restart of the node. The probe is for channels that may one day be added at run time.
    private const double UnreachableProbeMs = 5_000;
    private const double LongestSilenceMs = 3_600_000;
    private const int SuspectLimit = 4;
    private const long SuspectPaceMs = 2;

    // Moving average of failures. The last eleven attempts have half of the weight.
    private const double ShareOfOne = 1.0 / 16, MostlyFrom = 0.5;

    private readonly HashSet<ulong> _failing = [];
    private double _failedShare;

    // Mean latency over one round of attempts, and that of the best round. The best fades, because a receiver's normal latency may change.
    private double _roundMs, _bestMs = double.MaxValue;
    private int _roundCount;

    // Attempts of the round that took longer, or much longer, than the best mean. The limit reacts only when most of a round did. Comparing
    // the means would be wrong: a receiver that is slow now and then, whatever its load, also has rounds without a slow attempt. Compared
    // with such a best round, its other rounds would look slow for ever.
    private int _roundSlower, _roundMuchSlower;
    private bool _fastStart = true;
    private double _limit = FirstLimit;
    private double _probeWaitMs = FirstProbeMs;
    private long _silentUntilMs, _nextProbeAtMs, _nextPacedAtMs;

    public int Most { get; set; } = 100;
    public bool Fixed { get; set; }

    /// <summary>This node's share of all attempts. One of ten nodes probes a tenth as often.</summary>
    public double Share { get; set; } = 1;
    public bool IsDown { get; private set; }
    public bool IsSuspect { get; private set; }

    /// <summary>Most of the latest attempts have failed, or the endpoint is Down or Suspect.</summary>
    public bool MostlyFails => IsDown || IsSuspect || _failedShare > MostlyFrom;

    public FailureStreak Streak { get; } = new();

    /// <summary>How many attempts may be in flight now.</summary>
    public int Allowed(long nowMs, int inFlight) =>
        nowMs < _silentUntilMs ? 0
        : IsDown ? (nowMs >= _nextProbeAtMs && inFlight == 0 ? 1 : 0)
        : IsSuspect ? (nowMs >= _nextPacedAtMs ? Math.Min(Most, SuspectLimit) : inFlight)
        : Fixed ? Most
        : Math.Max(1, Math.Min(Most, (int)_limit));

    /// <summary>The time at which <see cref="Allowed"/> can rise without a result; 0 when it does not.</summary>
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

    public LimitReason Reason =>
        IsDown ? LimitReason.EndpointSilent
        : IsSuspect ? LimitReason.EndpointFails
        : Shown < Most ? LimitReason.Adapting
        : Share < 1 ? LimitReason.Share
        : LimitReason.Full;

    /// <returns>True when the endpoint was Down and has just succeeded.</returns>
    /// <param name="wanted">More attempts are waiting: the limit is used, so it can grow.</param>
    public bool Settle(AttemptResult result, ulong key, bool wanted, long nowMs)
    {
        var hasFailed = result.Outcome switch
        {
            AttemptOutcome.Delivered or AttemptOutcome.Rejected => false,
            AttemptOutcome.Failed or AttemptOutcome.EndpointGone => true,
            AttemptOutcome.Expired => throw new UnreachableException($"{result.Outcome}"), // The runner gives its permit back as unused.
        };
        Streak.Note(result, nowMs);
        _failedShare += ShareOfOne * ((hasFailed ? 1 : 0) - _failedShare);
        if (!hasFailed)
            return Succeeded(result.Duration.TotalMilliseconds, wanted);
        if (IsDown)
        {
            // This attempt began before the endpoint went down. It is no probe and says nothing new.
            if (nowMs < _nextProbeAtMs)
                return false;
            if (!result.EndpointTroubled)
            {
                // The endpoint answers again, even if with a failure. Behind these keys there may be healthy ones.
                (IsDown, IsSuspect, _limit, _probeWaitMs) = (false, true, Math.Min(Most, SuspectLimit), FirstProbeMs);
                return false;
            }
            _probeWaitMs = Math.Min(_probeWaitMs * ProbeGrowth, LongestProbeMs);
            _nextProbeAtMs = nowMs + Spread(_probeWaitMs);
            return false;
        }
        // A set of 256 keys already shows long trouble. It need not grow further.
        if (_failing.Count < 256 && !_failing.Add(key))
            return false;
        if (result.EndpointTroubled && _failing.Count >= TroubledKeys)
        {
            // A Retry-After of one key holds only that key. Those of several keys hold the endpoint.
            if (result.RetryAfter is { } asked)
                _silentUntilMs = nowMs + (long)Math.Min(asked.TotalMilliseconds, LongestSilenceMs);
            Shrink(nowMs);
        }
        else if (_failing.Count >= FailingKeys)
            (IsSuspect, _fastStart, _limit) = (true, false, Math.Min(_limit, SuspectLimit));
        return false;
    }

    /// <summary>
    /// Nothing was sent, because this node has no channel to the endpoint. This is no failure of the receiver. The endpoint is treated as
    /// Down and tried again every few seconds.
    /// </summary>
    public void Unreachable(long nowMs)
    {
        (IsDown, _fastStart, _limit) = (true, false, 0);
        _nextProbeAtMs = nowMs + (long)(UnreachableProbeMs * (0.8 + (0.4 * random.NextDouble())));
    }

    /// <summary>
    /// Nothing was sent, because the channel allows no attempt during this time. This is no failure of the receiver: its limit stays.
    /// </summary>
    public void Hold(TimeSpan wait, long nowMs) =>
        _silentUntilMs = Math.Max(_silentUntilMs, nowMs + (long)Math.Clamp(Math.Ceiling(wait.TotalMilliseconds), 1, LongestSilenceMs));

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
