using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Herald.Hosting.Metrics;

namespace Herald.Server.Metrics;

/// <summary>
/// All series of one metric. Their number is bounded: measurements of further label combinations are counted but not kept.
/// </summary>
/// <remarks>
/// Series and their order are kept from one page to the next, so that a page of many series costs little more than its text.
/// </remarks>
internal sealed class Metric
{
    /// <summary>Longer labels are built in memory of the pool.</summary>
    private const int UsualLabels = 256;

    private readonly ConcurrentDictionary<string, MetricSeries> _series = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, MetricSeries>.AlternateLookup<ReadOnlySpan<char>> _byLabels;
    private readonly MetricBuckets? _buckets;
    private readonly int _maxSeries;
    private readonly bool _isAdding;

    // Metrics without labels are used on hot paths.
    private readonly MetricSeries _bare;
    private bool _isBareUsed;

    // Taken to add and to remove series. The sorted ones are null when some have been added since.
    private readonly Lock _changing = new();
    private MetricSeries[]? _sorted = [];
    private int _count;
    private long _dropped, _page, _trimmed;

    public Metric(Instrument instrument, int maxSeries)
    {
        var kind = instrument.GetType().GetGenericTypeDefinition();
        _isAdding = kind == typeof(Counter<>) || kind == typeof(UpDownCounter<>);
        _buckets = kind == typeof(Histogram<>) ? MetricBuckets.Of(instrument) : null;
        Type = _buckets is not null ? "histogram" : IsCounter(instrument) ? "counter" : "gauge";
        Name = NameOf(instrument);
        Help = instrument.Description;
        _maxSeries = maxSeries;
        _bare = new MetricSeries("", _buckets);
        _byLabels = _series.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public string Name { get; }
    public string Type { get; }
    public string? Help { get; }
    public long Dropped => Volatile.Read(ref _dropped);

    // Only for observable instruments does a series that is not measured for a page exist no more.
    private bool IsObserved => _buckets is null && !_isAdding;

    public void Measure(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (SeriesOf(tags) is not { } series)
            Interlocked.Increment(ref _dropped);
        else if (_buckets is not null)
            series.Record(value);
        else if (_isAdding)
            series.Add(value);
        else
        {
            series.Page = _page;
            series.Set(value);
        }
    }

    public void BeforeObserving()
    {
        if (!IsObserved)
            return;
        _page++;
        _isBareUsed = false;
    }

    /// <summary>Removes series that are no longer reported, such as those of a deleted subscription.</summary>
    public void AfterObserving()
    {
        if (!IsObserved)
            return;
        lock (_changing)
        {
            if (!Array.TrueForAll(Sorted(), series => series.Page == _page))
                RemoveUnmeasured();
        }
    }

    public void Write(PrometheusText text)
    {
        var sorted = Sorted();
        if (!_isBareUsed && sorted.Length == 0)
            return;
        text.Head(Name, Type, Help);
        if (_isBareUsed)
            _bare.Write(text, Name);
        foreach (var series in sorted)
            series.Write(text, Name);
    }

    private MetricSeries[] Sorted()
    {
        lock (_changing)
        {
            if (_sorted is { } sorted)
                return sorted;
            sorted = [.. _series.Values];
            Array.Sort(sorted, (one, other) => string.CompareOrdinal(one.Labels, other.Labels));
            return _sorted = sorted;
        }
    }

    private MetricSeries? SeriesOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            _isBareUsed = true;
            return _bare;
        }
        var labels = new DefaultInterpolatedStringHandler(0, 0, CultureInfo.InvariantCulture, stackalloc char[UsualLabels]);
        PrometheusText.AddLabels(ref labels, tags);
        var series = _byLabels.TryGetValue(labels.Text, out var known) ? known : TryAdd(labels.Text.ToString());
        labels.Clear();
        return series;
    }

    private MetricSeries? TryAdd(string labels)
    {
        if (Volatile.Read(ref _count) >= _maxSeries && (!IsObserved || _trimmed == _page))
            return null;
        lock (_changing)
        {
            if (_series.TryGetValue(labels, out var known))
                return known;
            // The series of the page before give way to those of this one. Those that are still to be measured come back.
            if (_count >= _maxSeries && IsObserved && _trimmed != _page)
                RemoveUnmeasured();
            if (_count >= _maxSeries)
                return null;
            _count++;
            _sorted = null;
            return _series[labels] = new MetricSeries(labels, _buckets);
        }
    }

    private void RemoveUnmeasured()
    {
        foreach (var series in _series.Values)
        {
            if (series.Page != _page && _series.TryRemove(series.Labels, out _))
                _count--;
        }
        (_sorted, _trimmed) = (null, _page);
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
}
