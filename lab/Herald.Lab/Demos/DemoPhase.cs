namespace Herald.Lab.Demos;

/// <summary>The progress of a run, for the display.</summary>
internal sealed class DemoPhase(TimeProvider time, DemoOptions options, string place)
{
    private readonly long _began = time.GetTimestamp();
    private long _drainBegan;
    private volatile bool _over;

    public TimeSpan Elapsed => time.GetElapsedTime(_began);

    public void BeginDrain() => Volatile.Write(ref _drainBegan, time.GetTimestamp());

    /// <summary>The run no longer waits for events.</summary>
    public bool IsOver => _over;

    public void End() => _over = true;

    public override string ToString() => _over
        ? $"ended after {Elapsed.TotalSeconds:0} s" : Volatile.Read(ref _drainBegan) is var drain && drain == 0
        ? $"publishing to {place}, {Math.Min(Elapsed.TotalSeconds, options.Load.TotalSeconds):0} of {options.Load.TotalSeconds:0} s"
        : $"draining, {time.GetElapsedTime(drain).TotalSeconds:0} of at most {options.Drain.TotalSeconds:0} s";
}
