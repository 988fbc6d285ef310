namespace Herald.Lab.Demos.Notifications;

/// <summary>The progress of a run, for the display.</summary>
internal sealed class NotificationsDemoProgress(TimeProvider time, NotificationsDemoOptions options)
{
    private readonly long _began = time.GetTimestamp();
    private long _drainBegan, _ended;
    private volatile string _told = "";

    public TimeSpan Elapsed =>
        Volatile.Read(ref _ended) is not 0 and var ended ? time.GetElapsedTime(_began, ended) : time.GetElapsedTime(_began);

    /// <summary>What happened last.</summary>
    public string Told => _told;

    public void Tell(string what) => _told = FormattableString.Invariant($"{what}, after {Elapsed.TotalSeconds:0.0} s");

    public void BeginDrain() => Volatile.Write(ref _drainBegan, time.GetTimestamp());

    public void End() => Volatile.Write(ref _ended, time.GetTimestamp());

    public override string ToString() => Volatile.Read(ref _ended) != 0 ? $"ended after {Elapsed.TotalSeconds:0.0} s"
        : Volatile.Read(ref _drainBegan) is not 0 and var drain ? $"waiting for the last ones, {time.GetElapsedTime(drain).TotalSeconds:0} s"
        : $"posting for {options.Load.TotalSeconds:0} s, {Elapsed.TotalSeconds:0} s so far";
}
