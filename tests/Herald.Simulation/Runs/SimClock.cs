namespace Herald.Simulation.Runs;

/// <summary>
/// The clock that a process reads: the clock of the world plus the process's skew. Its timers fire as continuations of the process.
/// </summary>
internal sealed class SimClock(SimProcess process) : TimeProvider
{
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;
    public override long TimestampFrequency => 1000;

    public override DateTimeOffset GetUtcNow()
    {
        process.Simulator.CheckThread();
        return DateTimeOffset.FromUnixTimeMilliseconds(process.Simulator.NowMs + process.SkewMs);
    }

    public override long GetTimestamp() => process.Timestamp;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimTimer(process, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class SimTimer(SimProcess process, TimerCallback callback, object? state) : ITimer
    {
        private int _armed;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (period != Timeout.InfiniteTimeSpan && period != TimeSpan.Zero)
                throw new NotSupportedException("Only timers that fire once are simulated.");
            process.Simulator.CheckThread();
            var armed = ++_armed;
            if (dueTime != Timeout.InfiniteTimeSpan)
                process.Simulator.In((long)Math.Ceiling(dueTime.TotalMilliseconds / process.Pace), () => Fire(armed));
            return true;
        }

        public void Dispose() => _armed++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Fire(int armed)
        {
            if (armed == _armed)
                process.Post(_ => callback(state), null);
        }
    }
}
