namespace Herald.Lab.Demos.Alarms;

/// <summary>The progress of a run, for the display.</summary>
internal sealed class AlarmsDemoProgress(TimeProvider time, AlarmsDemoOptions options)
{
    private readonly long _began = time.GetTimestamp();
    private long _drainBegan, _ended;
    private int _bursts;

    public TimeSpan Elapsed =>
        Volatile.Read(ref _ended) is not 0 and var ended ? time.GetElapsedTime(_began, ended) : time.GetElapsedTime(_began);

    /// <summary>The bursts that have been sent.</summary>
    public int Bursts
    {
        get => Volatile.Read(ref _bursts);
        set => Volatile.Write(ref _bursts, value);
    }

    public void BeginDrain() => Volatile.Write(ref _drainBegan, time.GetTimestamp());

    public void End() => Volatile.Write(ref _ended, time.GetTimestamp());

    public override string ToString() => Volatile.Read(ref _ended) != 0 ? $"ended after {Elapsed.TotalSeconds:0.0} s"
        : Volatile.Read(ref _drainBegan) is not 0 and var drain ? $"waiting for the last digests, {time.GetElapsedTime(drain).TotalSeconds:0} s"
        : $"burst {Bursts} of {options.Bursts}, {options.Users} users each";
}
