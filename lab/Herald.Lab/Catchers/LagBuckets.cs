namespace Herald.Lab.Catchers;

/// <summary>Counts lags between bounds, for a histogram of Prometheus.</summary>
public sealed class LagBuckets
{
    public static readonly double[] BoundsSeconds =
        [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800];
    private readonly long[] _counts = new long[BoundsSeconds.Length + 1];
    private long _sumTicks;

    public double SumSeconds => TimeSpan.FromTicks(Interlocked.Read(ref _sumTicks)).TotalSeconds;

    public void Record(TimeSpan lag)
    {
        // The clocks of two machines can differ, so a negative lag counts as 0.
        var ticks = Math.Max(0, lag.Ticks);
        var place = Array.BinarySearch(BoundsSeconds, TimeSpan.FromTicks(ticks).TotalSeconds);
        Interlocked.Increment(ref _counts[place < 0 ? ~place : place]);
        Interlocked.Add(ref _sumTicks, ticks);
    }

    /// <summary>How many lags were at most as long as each bound, and last how many there were.</summary>
    public long[] Cumulative()
    {
        var sums = new long[_counts.Length];
        long sum = 0;
        for (var i = 0; i < sums.Length; i++)
            sums[i] = sum += Interlocked.Read(ref _counts[i]);
        return sums;
    }
}
