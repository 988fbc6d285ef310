using Herald.Hosting.Metrics;

namespace Herald.Server.Metrics;

/// <summary>One metric with one set of labels. Any thread writes to it without a lock. A histogram keeps a count per bucket.</summary>
/// <param name="labels">As they stand between the braces.</param>
/// <param name="buckets">Null when the metric is no histogram.</param>
internal sealed class MetricSeries(string labels, MetricBuckets? buckets)
{
    private readonly long[] _counts = buckets is null ? [] : new long[buckets.Bounds.Length + 1];
    private long _valueBits;

    public string Labels { get; } = labels;

    /// <summary>The number of the page for which the series was measured last.</summary>
    public long Page { get; set; }

    public double Value => BitConverter.Int64BitsToDouble(Volatile.Read(ref _valueBits));

    public void Set(double value) => Volatile.Write(ref _valueBits, BitConverter.DoubleToInt64Bits(value));

    public void Add(double value)
    {
        long before;
        do
        {
            before = Volatile.Read(ref _valueBits);
        }
        while (Interlocked.CompareExchange(ref _valueBits, BitConverter.DoubleToInt64Bits(BitConverter.Int64BitsToDouble(before) + value), before) != before);
    }

    /// <summary>Counts the value in its bucket and adds it to the sum.</summary>
    public void Record(double value)
    {
        Interlocked.Increment(ref _counts[buckets!.IndexOf(value)]);
        Add(value);
    }

    public void Write(PrometheusText text, string name)
    {
        if (buckets is null)
        {
            text.Sample(name, Labels, Value);
            return;
        }
        long count = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            count += Volatile.Read(ref _counts[i]);
            text.Sample(name, "_bucket", Labels, buckets.Labels[i], count);
        }
        text.Sample(name, "_sum", Labels, "", Value);
        text.Sample(name, "_count", Labels, "", count);
    }
}
