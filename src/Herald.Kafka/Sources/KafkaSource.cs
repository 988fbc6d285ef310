using Herald.Brokers.Feeds;
using Herald.Brokers.Sinks;
using Herald.Brokers.Sources;
using Herald.Engine.Sources;
using Herald.Kafka.Clusters;
using Herald.Kafka.Metrics;
using Microsoft.Extensions.Logging;

namespace Herald.Kafka.Sources;

/// <summary>
/// Reads topics of a Kafka cluster into a Herald topic. An offset is committed only when its message is durable in Herald. A message that
/// is read again is recognised by its id.
/// </summary>
/// <remarks>So each message is accepted once, in the order of its partition, whichever member of the group reads it.</remarks>
public sealed class KafkaSource : BrokerSource
{
    private readonly KafkaCluster _cluster;
    private readonly KafkaOptions _options;
    private readonly KafkaRoute _route;

    /// <param name="reader">Converts messages into events. Only this source uses it.</param>
    public KafkaSource(
        KafkaCluster cluster, KafkaOptions options, KafkaRoute route, IMessageReader reader, TimeProvider time, ILoggerFactory logging)
        : base(
            KafkaMetrics.Sources, $"kafka/{cluster.Name}/{string.Join(',', route.From)}/{options.Group}", cluster.ToString(), route.To,
            options, reader, time, logging) =>
        (_cluster, _options, _route) = (cluster, options, route);

    /// <summary>The number of partitions that are assigned to this source now.</summary>
    public int Partitions => (Feed as KafkaFeed)?.Partitions ?? 0;

    internal IReadOnlyList<PartitionLag> Lags => (Feed as KafkaFeed)?.Lags ?? [];

    /// <exception cref="Herald.Brokers.BrokerSetupException">The client does not accept its configuration.</exception>
    protected override IMessageFeed Open(IMessageSink sink) => new KafkaFeed(_cluster, _options, _route, sink, Time, Logger);
}
