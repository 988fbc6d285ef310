using Herald.Engine.Stores;

namespace Herald.Engine.Leases;

/// <summary>
/// The time for which a shard may be worked on. It ends when the lease runs out, by this machine's clock, counted from before the renewal
/// was requested.
/// </summary>
/// <remarks>No attempt begins after that. Attempts in flight are then given up by a timer, which every renewal moves on.</remarks>
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

    /// <param name="askedAt">The timestamp from before the lease was requested.</param>
    public LeaseTerm(Lease lease, long askedAt, TimeProvider time)
    {
        _time = time;
        Renew(lease, askedAt);
    }

    public bool Holds => Volatile.Read(ref _until) is var until && (until == Forever || _time.GetTimestamp() < until);

    /// <summary>Returns whether an attempt may begin now. Call it directly before the attempt.</summary>
    /// <param name="given">Cancelled when the attempt must be given up.</param>
    public bool TryBegin(out CancellationToken given)
    {
        // Read the token before the clock: if the lease ends in between, this attempt has the token that the end cancels.
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

    /// <summary>
    /// Gives up the attempts in flight, uncounted, and all that begin from now on. Work that is done may still be saved.
    /// </summary>
    public void GiveUpAttempts()
    {
        CancellationTokenSource last;
        lock (_lock)
            (_givenUp, last) = (true, _attempts);
        // Cancel outside the lock, because continuations of the attempts can run inside this call.
        last.Cancel();
    }

    /// <summary>Ends all work on the shard.</summary>
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

    // The token source is not disposed: it has no timer, and GiveUpAttempts may be called after this.
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
            // A new source, for attempts after a renewal that confirms the shard for this node.
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
