using Herald.Kafka;
using Herald.Kafka.Clusters;

namespace Herald.Lab.Orders;

/// <summary>Where orders' changes are in Kafka.</summary>
/// <param name="Servers"><c>host:port</c>, several with commas.</param>
/// <param name="Properties">A file as <c>kafka.properties</c> names one; null for none.</param>
public sealed record KafkaPlace(string Servers, string Topic, string? Properties)
{
    /// <summary>What the settings call the cluster.</summary>
    public const string Cluster = "orders";

    /// <exception cref="KafkaSetupException">The client library, or the file, cannot be used.</exception>
    public KafkaCluster Open() =>
        new KafkaClusters(new KafkaOptions { Clusters = [new(Cluster, Servers)], PropertiesFile = Properties }).Find(Cluster)!;
}
