namespace Herald.Engine.Tests.Applications;

/// <summary>The time of another provider. A test sees whether the timer that was set last still waits.</summary>
internal sealed class WatchedTime(TimeProvider time) : TimeProvider
{
    private readonly Lock _gate = new();
    private int _armings;
    private bool _waits;

    public override long TimestampFrequency => time.TimestampFrequency;

    /// <summary>How often a timer has been set.</summary>
    public int Armings
    {
        get
        {
            lock (_gate)
                return _armings;
        }
    }

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

    public override long GetTimestamp() => time.GetTimestamp();

    /// <summary>Whether a timer has been set since there were so many, and waits.</summary>
    public bool WaitsAfter(int armings)
    {
        lock (_gate)
            return _waits && _armings > armings;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        void Fire(object? of)
        {
            lock (_gate)
                _waits = false;
            callback(of);
        }
        var timer = new Timer(this, time.CreateTimer(Fire, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer(WatchedTime watch, ITimer timer) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var changed = timer.Change(dueTime, period);
            if (dueTime == Timeout.InfiniteTimeSpan)
                return changed;
            lock (watch._gate)
                (watch._armings, watch._waits) = (watch._armings + 1, true);
            return changed;
        }

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
