using System.Diagnostics.Metrics;
using Herald.Brokers.Metrics;
using Herald.Kafka.Sources;

namespace Herald.Kafka.Metrics;

/// <summary>The metrics of Kafka in this process.</summary>
internal static class KafkaMetrics
{
    private static readonly Meter Own = new("Herald.Kafka");
    public static readonly SourceMetrics Sources = new(Own);
    public static readonly Counter<long> CommitFailures =
        Sources.AddCounter(
            "commit_failures_total", "Failed commits of offsets. Messages after the last committed offset can be read again.");
    public static readonly Counter<long> ProducerFailures =
        Sources.AddCounter("producer_failures_total", "Producers that failed permanently and were replaced.");

    static KafkaMetrics()
    {
        Sources.AddGauge<KafkaSource>("partitions", source => source.Partitions, "Partitions assigned to this node.");
        Own.CreateObservableGauge(Sources.NameOf("lag"), MeasureLags, description: "Messages of a partition that are not committed yet.");
    }

    private static IEnumerable<Measurement<long>> MeasureLags() =>
        from source in Sources.Sources.OfType<KafkaSource>()
        from lag in source.Lags
        select new Measurement<long>(
            lag.Lag, new KeyValuePair<string, object?>("topic", lag.Topic), new KeyValuePair<string, object?>("partition", lag.Partition));
}
