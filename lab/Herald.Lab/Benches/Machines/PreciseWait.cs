namespace Herald.Lab.Benches.Machines;

/// <summary>Waits that end within about 50 microseconds of their time. The timers of the runtime only have milliseconds.</summary>
internal static class PreciseWait
{
    /// <summary>Blocks the thread. It can end a little early or late, so the caller must check the clock.</summary>
    public static void For(TimeSpan length)
    {
        var wait = new Libc.TimeSpec { Seconds = length.Ticks / TimeSpan.TicksPerSecond, Nanoseconds = length.Ticks % TimeSpan.TicksPerSecond * 100 };
        _ = Libc.Sleep(wait, 0);
    }
}
