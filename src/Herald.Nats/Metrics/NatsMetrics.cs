using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Herald.Engine.Sources;
using Herald.Nats.Sources;

namespace Herald.Nats.Metrics;

/// <summary>
/// The metrics of NATS in this process. All sources share them, because two meters with the same instruments would hide each other.
/// </summary>
/// <remarks>Labels are topics and sources, never keys or ids.</remarks>
internal static class NatsMetrics
{
    private static readonly Meter Own = new("Herald.Nats");
    private static readonly ConcurrentDictionary<NatsSource, byte> Sources = new();
    private static readonly Counter<long> MessageCounter = Own.CreateCounter<long>("herald_nats_messages_total", description: "Messages read from NATS and stored durably, by outcome.");
    private static readonly Counter<long> BatchCounter = Own.CreateCounter<long>("herald_nats_batches_total", description: "Appends of messages read from NATS.");

    static NatsMetrics()
    {
        Own.CreateObservableGauge("herald_nats_connected", () => Measure(s => s.IsConnected ? 1 : 0), description: "Whether a source is connected to its cluster.");
        Own.CreateObservableGauge("herald_nats_reading", () => Measure(s => s.IsReading ? 1 : 0), description: "Whether this node reads.");
        Own.CreateObservableGauge("herald_nats_paused", () => Measure(s => s.IsPaused ? 1 : 0), description: "Whether a source is paused because the store has no room for its messages.");
        Own.CreateObservableGauge("herald_nats_lag", () => Measure(s => s.Lag), description: "Messages of a stream that are not durable in Herald yet.");
        Own.CreateObservableCounter("herald_nats_dropped_total", () => Measure(s => s.Dropped), description: "Messages without a stream that were dropped because there was no room for them.");
    }

    public static void Published(string topic, SourceTally tally)
    {
        BatchCounter.Add(1, new KeyValuePair<string, object?>("topic", topic));
        Count(topic, "accepted", tally.Accepted);
        Count(topic, "duplicate", tally.Duplicates);
        Count(topic, "rejected", tally.Rejected);
    }

    public static void Show(NatsSource source) => Sources.TryAdd(source, 0);

    public static void Hide(NatsSource source) => Sources.TryRemove(source, out _);

    private static void Count(string topic, string outcome, int count)
    {
        if (count > 0)
            MessageCounter.Add(count, new KeyValuePair<string, object?>("topic", topic), new KeyValuePair<string, object?>("outcome", outcome));
    }

    private static IEnumerable<Measurement<long>> Measure(Func<NatsSource, long?> value) =>
        from source in Sources.Keys
        let now = value(source)
        where now is not null
        select new Measurement<long>(now.Value, new KeyValuePair<string, object?>("source", source.Name));
}
