using System.Diagnostics.Metrics;
using Herald.Hosting.Metrics;

namespace Herald.Server.Metrics;

/// <summary>The buckets of a histogram: upper bounds, and a last bucket without one.</summary>
internal sealed class MetricBuckets
{
    private static readonly double[] Seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
    private static readonly double[] Sizes = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000];

    private MetricBuckets(double[] bounds)
    {
        Bounds = bounds;
        Labels = [.. bounds.Select(bound => $"le=\"{PrometheusText.Number(bound)}\""), "le=\"+Inf\""];
    }

    public double[] Bounds { get; }

    /// <summary>The label of each bucket.</summary>
    public string[] Labels { get; }

    public int IndexOf(double value)
    {
        var bucket = 0;
        while (bucket < Bounds.Length && value > Bounds[bucket])
            bucket++;
        return bucket;
    }

    /// <summary>The bounds that the instrument advises, or the usual ones of its unit.</summary>
    public static MetricBuckets Of(Instrument instrument)
    {
        IReadOnlyList<double>? advised = instrument switch
        {
            Histogram<double> h => h.Advice?.HistogramBucketBoundaries,
            Histogram<long> h => h.Advice?.HistogramBucketBoundaries?.Select(b => (double)b).ToList(),
            Histogram<int> h => h.Advice?.HistogramBucketBoundaries?.Select(b => (double)b).ToList(),
            _ => null,
        };
        return new(advised is { Count: > 0 } ? [.. advised] : instrument.Unit == "s" ? Seconds : Sizes);
    }
}
