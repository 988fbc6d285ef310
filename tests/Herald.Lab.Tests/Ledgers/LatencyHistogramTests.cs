using Herald.Lab.Ledgers;
using Xunit;

namespace Herald.Lab.Tests.Ledgers;

public sealed class LatencyHistogramTests
{
    [Fact]
    public void It_has_no_percentiles_while_empty() => Assert.Null(new LatencyHistogram().Percentile(0.5));

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.95)]
    [InlineData(0.99)]
    [InlineData(1)]
    public void Percentiles_are_within_three_percent_and_never_below(double share)
    {
        var random = new Random(7);
        var histogram = new LatencyHistogram();
        var latencies = new List<double>();
        for (var i = 0; i < 10_000; i++)
        {
            var microseconds = Math.Floor(Math.Exp(random.NextDouble() * 18));
            latencies.Add(microseconds);
            histogram.Record(TimeSpan.FromMicroseconds(microseconds));
        }
        latencies.Sort();
        var exact = latencies[(int)Math.Ceiling(latencies.Count * share) - 1];
        var told = histogram.Percentile(share)!.Value.TotalMicroseconds;
        Assert.InRange(told, exact, exact * 1.0321 + 1);
    }

    [Fact]
    public void Extremes_are_kept_within_its_range()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(TimeSpan.FromTicks(-5));
        Assert.Equal(TimeSpan.Zero, histogram.Percentile(1));
        histogram.Record(TimeSpan.MaxValue);
        Assert.InRange(histogram.Percentile(1)!.Value.TotalDays, 12, 13);
    }
}
