using Herald.Brokers.Channels;
using Herald.Kafka.Clusters;
using Microsoft.Extensions.Logging;

namespace Herald.Kafka.Channels;

/// <summary>
/// Delivers events as Kafka messages, to <c>kafka://cluster/topic</c>. An event is delivered when all in-sync replicas have the message.
/// </summary>
/// <remarks>The producer sends in the order of its calls. So the order of a key is the order in its partition.</remarks>
/// <exception cref="Herald.Brokers.BrokerSetupException">A client does not accept its configuration.</exception>
public sealed class KafkaChannel(IReadOnlyCollection<KafkaCluster> clusters, TimeProvider time, ILoggerFactory logging) : BrokerChannel(
    new(
        "kafka", "Kafka", "topic", "the propertiesFile of its cluster",
        name => TopicName.IsOne(name) ? null : $"is not a topic name of Kafka; use {TopicName.Rule}"),
    clusters.Select(
        cluster => KeyValuePair.Create(
            cluster.Name, (IClusterPublisher)new KafkaPublisher(cluster, time, logging.CreateLogger("Herald.Kafka")))),
    time);
