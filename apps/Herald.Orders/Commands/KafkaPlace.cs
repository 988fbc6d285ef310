using Herald.Brokers;
using Herald.Kafka;
using Herald.Kafka.Clusters;
using Herald.Kafka.Hosting;

namespace Herald.Orders.Commands;

/// <summary>The Kafka topic with changes of orders.</summary>
/// <param name="Servers"><c>host:port</c>, several separated by commas.</param>
/// <param name="Properties">A file as the setting <c>propertiesFile</c> of a cluster names it; null for none.</param>
public sealed record KafkaPlace(string Servers, string Topic, string? Properties)
{
    /// <summary>The name of the cluster in the settings.</summary>
    public const string Cluster = "orders";

    /// <exception cref="BrokerSetupException">The client library or the file cannot be used.</exception>
    public KafkaCluster Open() =>
        new KafkaClusters(new KafkaOptions
        {
            Clusters = new Dictionary<string, KafkaClusterOptions>
            {
                [Cluster] = new() { Servers = ServersOption.Split(Servers), PropertiesFile = Properties },
            },
        }).Find(Cluster)!;
}
