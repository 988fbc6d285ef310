namespace Herald.TestKit.Time;

/// <summary>
/// A clock that stands still until it is moved. Timers fire on the thread that moves it, in the order they are due (those due
/// together in the order they were set), and see the clock at the very time they were due.
/// </summary>
public sealed class ManualClock(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _armed = [];
    private readonly List<(int Count, TaskCompletionSource Signal)> _waiting = [];
    private DateTimeOffset _now = start;
    private TimeSpan _setBy;
    private long _armings;

    public ManualClock()
        : this(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero))
    {
    }

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>How many timers would fire if time went on.</summary>
    public int ArmedTimers
    {
        get
        {
            lock (_gate)
                return _armed.Count;
        }
    }

    /// <summary>When the next timer is due; null when none is.</summary>
    public DateTimeOffset? NextDue
    {
        get
        {
            lock (_gate)
                return Next_NeedsLock()?.Due;
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _now + _setBy;
    }

    /// <summary>Goes on, whatever the clock is set to, and timers with it.</summary>
    public override long GetTimestamp() => Now.UtcTicks;

    private DateTimeOffset Now
    {
        get
        {
            lock (_gate)
                return _now;
        }
    }

    /// <summary>The clock is set, back or forward: no time goes by.</summary>
    public void Set(TimeSpan by)
    {
        lock (_gate)
            _setBy += by;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        Until(Now + by);
    }

    /// <summary>Until the clock shows this.</summary>
    public void AdvanceTo(DateTimeOffset until) => Until(until - _setBy);

    private void Until(DateTimeOffset until)
    {
        while (TakeDue(until) is { } due)
            due.Fire();
    }

    /// <summary>Completes once at least so many timers are armed at the same time.</summary>
    public Task WhenArmedAsync(int timers)
    {
        lock (_gate)
        {
            if (_armed.Count >= timers)
                return Task.CompletedTask;
            var signal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((timers, signal));
            return signal.Task;
        }
    }

    /// <summary>The next timer due by then, with the clock set to its time; when there is none the clock is set to the end.</summary>
    private ManualTimer? TakeDue(DateTimeOffset until)
    {
        lock (_gate)
        {
            var next = Next_NeedsLock();
            if (next is null || next.Due > until)
            {
                _now = until > _now ? until : _now;
                return null;
            }

            _now = next.Due > _now ? next.Due : _now;
            if (next.Period == Timeout.InfiniteTimeSpan)
                _armed.Remove(next);
            else
                Arm_NeedsLock(next, next.Period);
            return next;
        }
    }

    private ManualTimer? Next_NeedsLock() => _armed.MinBy(timer => (timer.Due, timer.Arming));

    private void Arm_NeedsLock(ManualTimer timer, TimeSpan wait)
    {
        timer.Due = _now + wait;
        timer.Arming = _armings++;
    }

    private bool Change(ManualTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        lock (_gate)
        {
            if (timer.Disposed)
                return false;
            _armed.Remove(timer);
            timer.Period = period == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : period;
            if (dueTime == Timeout.InfiniteTimeSpan)
                return true;
            Arm_NeedsLock(timer, dueTime);
            _armed.Add(timer);
            foreach (var (_, signal) in _waiting.Where(one => _armed.Count >= one.Count))
                signal.TrySetResult();
            _waiting.RemoveAll(one => one.Signal.Task.IsCompleted);
            return true;
        }
    }

    private void Remove(ManualTimer timer)
    {
        lock (_gate)
        {
            timer.Disposed = true;
            _armed.Remove(timer);
        }
    }

    private sealed class ManualTimer(ManualClock clock, TimerCallback callback, object? state) : ITimer
    {
        // Touched under the clock's lock only.
        public DateTimeOffset Due;
        public TimeSpan Period;
        public long Arming;
        public bool Disposed;

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period) => clock.Change(this, dueTime, period);

        public void Dispose() => clock.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
