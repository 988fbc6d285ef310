namespace Herald.Nats.JetStream;

/// <summary>How JetStream writes durations.</summary>
public static class Nanoseconds
{
    public static long Of(TimeSpan time) => time.Ticks * TimeSpan.NanosecondsPerTick;
}
