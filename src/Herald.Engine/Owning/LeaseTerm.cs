using Herald.Engine.Stores;

namespace Herald.Engine.Owning;

/// <summary>
/// How long a shard may be worked on: until its lease runs out, by this machine's clock, counted from before the renewal was asked for.
/// No attempt begins after that, and those in flight are given up by a timer that every renewal moves on.
/// </summary>
internal sealed class LeaseTerm : IDisposable
{
    private const long Forever = long.MaxValue;
    private static readonly TimeSpan LeastWait = TimeSpan.FromMilliseconds(1);

    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private volatile CancellationTokenSource _attempts = new();
    private long _until;
    private ITimer? _timer;
    private bool _givenUp, _ended;

    /// <param name="askedAt">The timestamp taken before the lease was asked for.</param>
    public LeaseTerm(Lease lease, long askedAt, TimeProvider time)
    {
        _time = time;
        Renew(lease, askedAt);
    }

    public bool Holds => Volatile.Read(ref _until) is var until && (until == Forever || _time.GetTimestamp() < until);

    /// <summary>Whether an attempt may begin now. Ask right before it does.</summary>
    /// <param name="given">Cancelled when the attempt is to be given up.</param>
    public bool TryBegin(out CancellationToken given)
    {
        // Before the look at the clock: who is overtaken by the end of the lease holds the token that it cancels.
        given = _attempts.Token;
        return Holds;
    }

    public void Renew(Lease lease, long askedAt)
    {
        lock (_lock)
        {
            if (_ended)
                return;
            if (lease.ValidFor is not { } validFor)
            {
                Volatile.Write(ref _until, Forever);
                return;
            }
            Volatile.Write(ref _until, askedAt + (long)(validFor.TotalSeconds * _time.TimestampFrequency));
            _timer ??= _time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            ArmTimer_NeedsLock();
        }
    }

    /// <summary>Attempts in flight are given up, uncounted, and so is any that begins from now on. What has been done may still be saved.</summary>
    public void GiveUpAttempts()
    {
        CancellationTokenSource last;
        lock (_lock)
            (_givenUp, last) = (true, _attempts);
        // Outside the lock: who waits for it may go on inside this call.
        last.Cancel();
    }

    /// <summary>The shard is not worked on any more.</summary>
    public void End()
    {
        lock (_lock)
        {
            _ended = true;
            Volatile.Write(ref _until, 0);
            _timer?.Dispose();
        }
        GiveUpAttempts();
    }

    // The source is left to the collector: it has no timer, and whoever gives attempts up may come after this.
    public void Dispose() => End();

    private void OnTimer()
    {
        CancellationTokenSource expired;
        lock (_lock)
        {
            if (_ended)
                return;
            if (Holds)
            {
                ArmTimer_NeedsLock();
                return;
            }
            expired = _attempts;
            // For attempts after a renewal that finds the shard still this node's.
            if (!_givenUp)
                _attempts = new CancellationTokenSource();
        }
        expired.Cancel();
    }

    private void ArmTimer_NeedsLock()
    {
        var left = TimeSpan.FromSeconds((double)(_until - _time.GetTimestamp()) / _time.TimestampFrequency);
        _timer!.Change(left > LeastWait ? left : LeastWait, Timeout.InfiniteTimeSpan);
    }
}
