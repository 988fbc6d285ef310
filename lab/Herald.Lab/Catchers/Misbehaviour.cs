namespace Herald.Lab.Catchers;

/// <summary>Draws what happens to each request, by the mode of the moment.</summary>
public sealed class Misbehaviour(ModeSchedule schedule, LatencyRange latency, TimeProvider time, Random random)
{
    private readonly Lock _lock = new();
    private readonly long _began = time.GetTimestamp();
    private volatile ModeSchedule _schedule = schedule;

    public Mode Now => _schedule.At(time.GetElapsedTime(_began));

    /// <summary>From now on this mode, whatever was planned.</summary>
    public void Become(Mode mode) => _schedule = new ModeSchedule(mode);

    public Hit Next()
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
