namespace Herald.Lab.Catchers;

/// <summary>Draws how each request is answered, by the current mode.</summary>
public sealed class Misbehaviour(ModeSchedule schedule, LatencyRange latency, TimeProvider time, Random random)
{
    private readonly Lock _lock = new();
    private readonly long _began = time.GetTimestamp();
    private volatile ModeSchedule _schedule = schedule;

    public Mode Now => _schedule.At(time.GetElapsedTime(_began));

    /// <summary>Sets the mode from now on, instead of the schedule.</summary>
    public void Become(Mode mode) => _schedule = new ModeSchedule(mode);

    public PlannedAnswer Next()
    {
        var mode = Now;
        lock (_lock)
        {
            if (random.NextDouble() >= Modes.ShareOf(mode))
                return new(mode, false, TimeSpan.Zero);
            return mode == Mode.Hell || random.Next(2) == 0 ? new(mode, true, TimeSpan.Zero) : new(mode, false, latency.Draw(random));
        }
    }
}
