namespace Herald.Lab.Benches.Machines;

/// <summary>Waits that end within some 50 microseconds of their time; timers of the runtime have milliseconds.</summary>
internal static class PreciseWait
{
    /// <summary>Holds the thread. May end a little early or late: whoever waits looks at the clock.</summary>
    public static void For(TimeSpan length)
    {
        var wait = new Libc.TimeSpec { Seconds = length.Ticks / TimeSpan.TicksPerSecond, Nanoseconds = length.Ticks % TimeSpan.TicksPerSecond * 100 };
        _ = Libc.Sleep(wait, 0);
    }
}
