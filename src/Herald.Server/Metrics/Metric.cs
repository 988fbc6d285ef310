using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Herald.Server.Metrics;

/// <summary>
/// All series of one metric. Their number is bounded: measurements of further label combinations are counted but not kept.
/// </summary>
internal sealed class Metric
{
    private static readonly double[] Seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
    private static readonly double[] Sizes = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000];

    private readonly ConcurrentDictionary<string, MetricSeries> _series = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string, string), MetricSeries> _byOneLabel = new();
    private readonly double[] _bounds;
    private readonly int _maxSeries;

    // Metrics without labels, or with one, are used on hot paths. They find their series without building a string.
    private readonly MetricSeries _bare;
    private bool _bareUsed;
    private long _dropped;

    public Metric(Instrument instrument, int maxSeries)
    {
        var kind = instrument.GetType().GetGenericTypeDefinition();
        IsHistogram = kind == typeof(Histogram<>);
        IsAdding = kind == typeof(Counter<>) || kind == typeof(UpDownCounter<>);
        Type = IsHistogram ? "histogram" : IsCounter(instrument) ? "counter" : "gauge";
        Name = NameOf(instrument);
        Help = instrument.Description;
        _bounds = IsHistogram ? BoundsOf(instrument) : [];
        _maxSeries = maxSeries;
        _bare = new MetricSeries("", _bounds);
    }

    public string Name { get; }
    public string Type { get; }
    public string? Help { get; }
    public bool IsHistogram { get; }

    public bool IsAdding { get; }
    public long Dropped => Volatile.Read(ref _dropped);

    public void Measure(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (SeriesOf(tags) is not { } series)
            Interlocked.Increment(ref _dropped);
        else if (IsHistogram)
            series.Record(value);
        else if (IsAdding)
            series.Add(value);
        else
            series.Set(value);
    }

    /// <summary>
    /// Clears the series of an observable instrument before it is read again. So series that are no longer reported, such as those of a
    /// deleted subscription, disappear.
    /// </summary>
    public void BeforeObserving()
    {
        if (IsHistogram || IsAdding)
            return;
        _series.Clear();
        _byOneLabel.Clear();
        _bareUsed = false;
    }

    public void Write(PrometheusText text)
    {
        if (!_bareUsed && _series.IsEmpty)
            return;
        text.Head(Name, Type, Help);
        if (_bareUsed)
            Write(text, _bare);
        foreach (var series in _series.Values.OrderBy(s => s.Labels, StringComparer.Ordinal))
            Write(text, series);
    }

    private void Write(PrometheusText text, MetricSeries series)
    {
        if (IsHistogram)
            series.WriteHistogram(text, Name);
        else
            text.Sample(Name, series.Labels, series.Value);
    }

    private MetricSeries? SeriesOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            _bareUsed = true;
            return _bare;
        }
        if (tags.Length == 1 && tags[0].Value is string value)
        {
            if (_byOneLabel.TryGetValue((tags[0].Key, value), out var known))
                return known;
            var one = SeriesOf(PrometheusText.Labels(tags));
            return one is null ? null : _byOneLabel.GetOrAdd((tags[0].Key, value), one);
        }
        return SeriesOf(PrometheusText.Labels(tags));
    }

    private MetricSeries? SeriesOf(string labels)
    {
        if (_series.TryGetValue(labels, out var series))
            return series;
        return _series.Count >= _maxSeries ? null : _series.GetOrAdd(labels, l => new MetricSeries(l, _bounds));
    }

    /// <summary>The name in Prometheus style: with the prefix <c>herald_</c>, its unit, and <c>_total</c> for a counter.</summary>
    public static string NameOf(Instrument instrument)
    {
        var isCounter = IsCounter(instrument);
        var name = PrometheusText.Name(instrument.Name);
        var unit = instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
        if (!name.StartsWith("herald_", StringComparison.Ordinal))
            name = "herald_" + name;
        var total = isCounter ? "_total" : "";
        if (isCounter && name.EndsWith(total, StringComparison.Ordinal))
            name = name[..^total.Length];
        if (!name.EndsWith(unit, StringComparison.Ordinal))
            name += unit;
        return name + total;
    }

    private static bool IsCounter(Instrument instrument)
    {
        var kind = instrument.GetType().GetGenericTypeDefinition();
        return kind == typeof(Counter<>) || kind == typeof(ObservableCounter<>);
    }

    private static double[] BoundsOf(Instrument instrument)
    {
        IReadOnlyList<double>? advised = instrument switch
        {
            Histogram<double> h => h.Advice?.HistogramBucketBoundaries,
            Histogram<long> h => h.Advice?.HistogramBucketBoundaries?.Select(b => (double)b).ToList(),
            Histogram<int> h => h.Advice?.HistogramBucketBoundaries?.Select(b => (double)b).ToList(),
            _ => null,
        };
        return advised is { Count: > 0 } ? [.. advised] : instrument.Unit == "s" ? Seconds : Sizes;
    }
}
