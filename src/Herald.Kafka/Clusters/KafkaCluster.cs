using Confluent.Kafka;
using Herald.Brokers;

namespace Herald.Kafka.Clusters;

/// <summary>One cluster and how to reach it. Its properties contain secrets and are never shown.</summary>
public sealed class KafkaCluster
{
    private readonly IReadOnlyDictionary<string, string> _properties;

    /// <exception cref="BrokerSetupException">
    /// Kafka's client library cannot be loaded, or Herald sets one of the properties itself.
    /// </exception>
    public KafkaCluster(ClusterAddress address, IReadOnlyDictionary<string, string> properties)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(properties);
        ClientLibrary.Require();
        foreach (var name in properties.Keys)
        {
            if (OwnProperties.WhyNot(name) is { } reason)
                throw new BrokerSetupException($"kafka.clusters.{address.Name}: '{name}' cannot be set, because {reason}.");
        }
        (Address, _properties) = (address, properties);
    }

    public ClusterAddress Address { get; }
    public string Name => Address.Name;

    public override string ToString() => Address.ToString();

    /// <summary>The complete configuration of a client.</summary>
    /// <param name="defaults">The operator's properties override these.</param>
    /// <param name="own">These override the operator's properties.</param>
    internal Dictionary<string, string> Configure(
        IEnumerable<(string Name, string Value)> defaults, IEnumerable<(string Name, string Value)> own)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal) { ["client.id"] = "herald", ["reconnect.backoff.max.ms"] = "2000" };
        foreach (var (name, value) in defaults)
            all[name] = value;
        foreach (var (name, value) in _properties)
            all[name] = value;
        foreach (var (name, value) in own)
            all[name] = value;
        all["bootstrap.servers"] = Address.Servers;
        return all;
    }

    /// <summary>Creates a client, or reports which property it does not accept.</summary>
    /// <exception cref="BrokerSetupException">The client does not accept its configuration.</exception>
    internal TClient Make<TClient>(Func<TClient> build)
    {
        try
        {
            return build();
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or KafkaException)
        {
            throw new BrokerSetupException($"kafka.clusters.{Name}.propertiesFile: {Mask(e.Message)}.", e);
        }
    }

    private string Mask(string text)
    {
        foreach (var (name, value) in _properties)
        {
            if (OwnProperties.IsSecret(name) && value.Length > 0)
                text = text.Replace(value, "***", StringComparison.Ordinal);
        }
        return text.TrimEnd('.');
    }
}
