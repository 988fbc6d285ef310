namespace Herald.Kafka.Clusters;

/// <summary>A cluster: the name that endpoints and sources use, and the servers that are first asked for its brokers.</summary>
/// <param name="Servers"><c>host:port</c>, several with commas.</param>
public sealed record ClusterAddress(string Name, string Servers)
{
    public override string ToString() => $"{Name}={Servers}";
}
