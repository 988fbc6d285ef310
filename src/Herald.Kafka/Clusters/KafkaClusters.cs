using Herald.Brokers.Clusters;

namespace Herald.Kafka.Clusters;

/// <summary>The Kafka clusters of a server, by name.</summary>
/// <exception cref="Herald.Brokers.BrokerSetupException">The clusters cannot be used with the present settings; the message says why.</exception>
public sealed class KafkaClusters(KafkaOptions options) : NamedClusters<KafkaClusterOptions, KafkaCluster>(options.Clusters, Open)
{
    private static KafkaCluster Open(string name, KafkaClusterOptions options) =>
        new(new(name, string.Join(',', options.Servers)), options.PropertiesFile is { } file ? PropertiesFile.Read(file, name) : []);
}
