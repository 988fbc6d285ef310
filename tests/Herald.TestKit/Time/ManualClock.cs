namespace Herald.TestKit.Time;

/// <summary>
/// A clock that stands still until a test moves it. Timers fire on the thread that moves the clock, in the order in which they are due.
/// Timers due at the same time fire in the order in which they were set. Each sees the clock at exactly its due time.
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

    /// <summary>The number of timers that are set.</summary>
    public int ArmedTimers
    {
        get
        {
            lock (_gate)
                return _armed.Count;
        }
    }

    /// <summary>When the next timer is due. Null when no timer is set.</summary>
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

    /// <summary>Counts only elapsed time, whatever the clock is set to. Timers follow it.</summary>
    public override long GetTimestamp() => Now.UtcTicks;

    private DateTimeOffset Now
    {
        get
        {
            lock (_gate)
                return _now;
        }
    }

    /// <summary>Sets the clock forward or back. No time passes.</summary>
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

    /// <summary>Lets time pass until the clock shows this time.</summary>
    public void AdvanceTo(DateTimeOffset until) => Until(until - _setBy);

    private void Until(DateTimeOffset until)
    {
        while (TakeDue(until) is { } due)
            due.Fire();
    }

    /// <summary>Completes when at least this many timers are set at the same time.</summary>
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

    /// <summary>
    /// Advances the clock in steps, as long as timers are set, until the task has ended. One step is not enough where other threads set
    /// timers: a thread may read the clock before the step and set its timer after it, which is then due too late.
    /// </summary>
    public async Task AdvanceUntilAsync(Task ended, TimeSpan step)
    {
        while (await Task.WhenAny(ended, WhenArmedAsync(1)) != ended)
        {
            Advance(step);
            await Task.Yield();
        }
        await ended;
    }

    /// <summary>
    /// Takes the next timer that is due by then, and moves the clock to its due time. When there is none, moves the clock to the given
    /// time.
    /// </summary>
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
        // Use only under the clock's lock.
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
