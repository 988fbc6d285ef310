using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Herald.Server.Metrics;

/// <summary>Listens to Herald's meters and keeps what they measure until it is asked for. Writing costs no lock, and no scrape costs a pause.</summary>
internal sealed class MetricsCollector : IDisposable
{
    private const string Meters = "Herald";
    private readonly ConcurrentDictionary<Instrument, Metric> _metrics = new();
    private readonly MeterListener _listener = new();
    private readonly Lock _scraping = new();

    public MetricsCollector(int maxSeries)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == Meters || instrument.Meter.Name.StartsWith(Meters + ".", StringComparison.Ordinal))
                listener.EnableMeasurementEvents(instrument, _metrics.GetOrAdd(instrument, i => new Metric(i, maxSeries)));
        };
        _listener.MeasurementsCompleted = (instrument, state) => _metrics.TryRemove(instrument, out Metric? _);
        _listener.SetMeasurementEventCallback<double>((_, value, tags, metric) => ((Metric)metric!).Measure(value, tags));
        _listener.SetMeasurementEventCallback<float>((_, value, tags, metric) => ((Metric)metric!).Measure(value, tags));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, metric) => ((Metric)metric!).Measure(value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, metric) => ((Metric)metric!).Measure(value, tags));
        _listener.SetMeasurementEventCallback<short>((_, value, tags, metric) => ((Metric)metric!).Measure(value, tags));
        _listener.SetMeasurementEventCallback<byte>((_, value, tags, metric) => ((Metric)metric!).Measure(value, tags));
        _listener.Start();
    }

    public void Write(PrometheusText text)
    {
        lock (_scraping)
        {
            foreach (var metric in _metrics.Values)
                metric.BeforeObserving();
            _listener.RecordObservableInstruments();
            // Two engines in one process have instruments of the same name: one of each is enough for a server with one.
            foreach (var metric in _metrics.Values.GroupBy(m => m.Name, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
                metric.Last().Write(text);
            text.Single("herald_metrics_dropped_total", "counter", "Measurements not kept because a metric had too many label combinations (maxMetricSeries).",
                _metrics.Values.Sum(m => m.Dropped));
        }
    }

    public void Dispose() => _listener.Dispose();
}
