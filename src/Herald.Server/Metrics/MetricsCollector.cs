using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Herald.Hosting.Metrics;

namespace Herald.Server.Metrics;

/// <summary>
/// Listens to Herald's meters and keeps the measurements until they are read. A measurement takes no lock, and reading them does not pause
/// the server.
/// </summary>
internal sealed class MetricsCollector : IDisposable
{
    private const string Meters = "Herald";

    // Keyed by name: several engines in one process share a metric, because the process is what is monitored.
    private readonly ConcurrentDictionary<string, Metric> _metrics = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();
    private readonly Lock _scraping = new();
    private long _failed;

    public MetricsCollector(int maxSeries)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == Meters || instrument.Meter.Name.StartsWith(Meters + ".", StringComparison.Ordinal))
                listener.EnableMeasurementEvents(
                    instrument, _metrics.GetOrAdd(Metric.NameOf(instrument), _ => new Metric(instrument, maxSeries)));
        };
        _listener.SetMeasurementEventCallback<double>((_, value, tags, metric) => Take(metric, value, tags));
        _listener.SetMeasurementEventCallback<float>((_, value, tags, metric) => Take(metric, value, tags));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, metric) => Take(metric, value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, metric) => Take(metric, value, tags));
        _listener.SetMeasurementEventCallback<short>((_, value, tags, metric) => Take(metric, value, tags));
        _listener.SetMeasurementEventCallback<byte>((_, value, tags, metric) => Take(metric, value, tags));
        _listener.Start();
    }

    public void Write(PrometheusText text)
    {
        lock (_scraping)
        {
            foreach (var metric in _metrics.Values)
                metric.BeforeObserving();
            Observe();
            foreach (var metric in _metrics.Values)
                metric.AfterObserving();
            foreach (var metric in _metrics.Values.OrderBy(m => m.Name, StringComparer.Ordinal))
                metric.Write(text);
            text.Single("herald_metrics_dropped_total", "counter", "Measurements dropped because a metric had too "
                + "many label combinations (maxMetricSeries).",
                _metrics.Values.Sum(m => m.Dropped));
            text.Single(
                "herald_metrics_failed_total", "counter", "Gauges that could not be read and were missing from a page of metrics.",
                _failed);
        }
    }

    public void Dispose() => _listener.Dispose();

    // Only the gauge that fails is missing: the listener reads all others first, and then throws the failures together.
    private void Observe()
    {
        try
        {
            _listener.RecordObservableInstruments();
        }
        catch (AggregateException failures)
        {
            _failed += failures.InnerExceptions.Count;
        }
    }

    // The state is null when the engine of a gauge stops while the gauge is being read.
    private static void Take(object? metric, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        ((Metric?)metric)?.Measure(value, tags);
}
