namespace Herald.Server.Metrics;

/// <summary>One metric with one set of labels. Any thread writes to it without a lock. A histogram keeps a count per bucket.</summary>
internal sealed class MetricSeries(string labels, double[] bounds)
{
    private readonly long[] _buckets = new long[bounds.Length + 1];
    private long _valueBits;

    public string Labels { get; } = labels;

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
        var bucket = 0;
        while (bucket < bounds.Length && value > bounds[bucket])
            bucket++;
        Interlocked.Increment(ref _buckets[bucket]);
        Add(value);
    }

    public void WriteHistogram(PrometheusText text, string name)
    {
        var before = Labels.Length == 0 ? "" : Labels + ",";
        long count = 0;
        for (var i = 0; i < _buckets.Length; i++)
        {
            count += Volatile.Read(ref _buckets[i]);
            var bound = i < bounds.Length ? PrometheusText.Number(bounds[i]) : "+Inf";
            text.Sample($"{name}_bucket", $"{before}le=\"{bound}\"", count);
        }
        text.Sample($"{name}_sum", Labels, Value);
        text.Sample($"{name}_count", Labels, count);
    }
}
