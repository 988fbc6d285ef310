using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Herald.Brokers.Sources;
using Herald.Engine.Sources;

namespace Herald.Brokers.Metrics;

/// <summary>
/// The metrics of a broker in this process. All of its sources share them, because two meters with the same instruments would hide each
/// other.
/// </summary>
/// <remarks>Labels are topics and sources, never keys or ids.</remarks>
public sealed class SourceMetrics
{
    private readonly Meter _meter;
    private readonly ConcurrentDictionary<BrokerSource, byte> _sources = new();
    private readonly Counter<long> _messages, _batches;

    /// <param name="meter">Named <c>Herald.</c> and the name of the broker. It is never disposed.</param>
    public SourceMetrics(Meter meter)
    {
        ArgumentNullException.ThrowIfNull(meter);
        _meter = meter;
        Broker = meter.Name["Herald.".Length..];
        Section = Broker.ToLowerInvariant();
        _messages = AddCounter("messages_total", $"Messages read from {Broker} and stored durably, by outcome.");
        _batches = AddCounter("batches_total", $"Appends of messages read from {Broker}.");
        AddGauge<BrokerSource>("paused", source => source.IsPaused ? 1 : 0, "Whether a source waits for an unavailable or full store.");
    }

    /// <summary>The name of the broker as people write it.</summary>
    public string Broker { get; }

    /// <summary>The section of its settings.</summary>
    public string Section { get; }

    public IEnumerable<BrokerSource> Sources => _sources.Keys;

    public Counter<long> AddCounter(string name, string description) => _meter.CreateCounter<long>(NameOf(name), description: description);

    /// <param name="value">Null when a source has no value now.</param>
    public void AddGauge<TSource>(string name, Func<TSource, long?> value, string description) where TSource : BrokerSource =>
        _meter.CreateObservableGauge(NameOf(name), () => Measure(value), description: description);

    /// <param name="name">Without the prefix of the broker.</param>
    public string NameOf(string name) => $"herald_{Section}_{name}";

    public void Show(BrokerSource source) => _sources.TryAdd(source, 0);

    public void Hide(BrokerSource source) => _sources.TryRemove(source, out _);

    /// <summary>One measurement for each source that has a value.</summary>
    public IEnumerable<Measurement<long>> Measure<TSource>(Func<TSource, long?> value) where TSource : BrokerSource =>
        from source in _sources.Keys.OfType<TSource>()
        let now = value(source)
        where now is not null
        select new Measurement<long>(now.Value, new KeyValuePair<string, object?>("source", source.Name));

    /// <summary>Counts a batch that has become durable.</summary>
    public void Count(string topic, SourceTally tally)
    {
        _batches.Add(1, new KeyValuePair<string, object?>("topic", topic));
        Count(topic, "accepted", tally.Accepted);
        Count(topic, "duplicate", tally.Duplicates);
        Count(topic, "rejected", tally.Rejected);
    }

    private void Count(string topic, string outcome, int count)
    {
        if (count > 0)
            _messages.Add(count, new KeyValuePair<string, object?>("topic", topic), new KeyValuePair<string, object?>("outcome", outcome));
    }
}
