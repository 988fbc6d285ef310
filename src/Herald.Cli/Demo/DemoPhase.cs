namespace Herald.Cli.Demo;

/// <summary>Where a run is, for the display.</summary>
internal sealed class DemoPhase(TimeProvider time, DemoOptions options, Uri server)
{
    private readonly long _began = time.GetTimestamp();
    private long _drainBegan;

    public TimeSpan Elapsed => time.GetElapsedTime(_began);

    public void BeginDrain() => Volatile.Write(ref _drainBegan, time.GetTimestamp());

    public override string ToString() => Volatile.Read(ref _drainBegan) is var drain && drain == 0
        ? $"publishing to {server}, {Math.Min(Elapsed.TotalSeconds, options.Load.TotalSeconds):0} of {options.Load.TotalSeconds:0} s"
        : $"draining, {time.GetElapsedTime(drain).TotalSeconds:0} of at most {options.Drain.TotalSeconds:0} s";
}
