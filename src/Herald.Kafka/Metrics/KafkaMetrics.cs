using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Herald.Engine.Sources;

namespace Herald.Kafka.Metrics;

/// <summary>
/// The metrics of Kafka in this process. All sources and producers share them, because two meters with the same instruments would hide each
/// other.
/// </summary>
/// <remarks>Labels are topics and partitions, never keys or ids.</remarks>
internal static class KafkaMetrics
{
    private static readonly Meter Own = new("Herald.Kafka");
    private static readonly ConcurrentDictionary<SourceGauges, byte> Sources = new();
    private static readonly Counter<long> MessageCounter = Own.CreateCounter<long>("herald_kafka_messages_total", description: "Messages read from Kafka and stored durably, by outcome.");
    private static readonly Counter<long> BatchCounter = Own.CreateCounter<long>("herald_kafka_batches_total", description: "Appends of messages read from Kafka.");
    private static readonly Counter<long> CommitFailureCounter =
        Own.CreateCounter<long>("herald_kafka_commit_failures_total", description: "Failed commits of offsets. Messages after the last committed offset can be read again.");
    private static readonly Counter<long> ProducerFailureCounter =
        Own.CreateCounter<long>("herald_kafka_producer_failures_total", description: "Producers that failed permanently and were replaced.");

    static KafkaMetrics()
    {
        Own.CreateObservableGauge("herald_kafka_partitions", () => Sources.Keys.Sum(s => (long)s.Partitions), description: "Partitions assigned to this node.");
        Own.CreateObservableGauge("herald_kafka_paused", () => Sources.Keys.Count(s => s.IsPaused), description: "Sources that are paused because the store does not accept their messages.");
        Own.CreateObservableGauge("herald_kafka_lag", MeasureLags, description: "Messages of a partition that are not committed yet.");
    }

    public static void Published(string topic, SourceTally tally)
    {
        BatchCounter.Add(1, new KeyValuePair<string, object?>("topic", topic));
        Count(topic, "accepted", tally.Accepted);
        Count(topic, "duplicate", tally.Duplicates);
        Count(topic, "rejected", tally.Rejected);
    }

    public static void CommitFailed() => CommitFailureCounter.Add(1);

    public static void ProducerFailed() => ProducerFailureCounter.Add(1);

    public static void Show(SourceGauges source) => Sources.TryAdd(source, 0);

    public static void Hide(SourceGauges source) => Sources.TryRemove(source, out _);

    private static void Count(string topic, string outcome, int count)
    {
        if (count > 0)
            MessageCounter.Add(count, new KeyValuePair<string, object?>("topic", topic), new KeyValuePair<string, object?>("outcome", outcome));
    }

    private static IEnumerable<Measurement<long>> MeasureLags() =>
        from source in Sources.Keys
        from lag in source.Lags
        select new Measurement<long>(lag.Lag, new KeyValuePair<string, object?>("topic", lag.Topic), new KeyValuePair<string, object?>("partition", lag.Partition));
}
