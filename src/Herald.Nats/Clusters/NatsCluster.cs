using Herald.Brokers;
using Herald.Brokers.Clusters;
using Microsoft.Extensions.Logging;

namespace Herald.Nats.Clusters;

/// <summary>One cluster: the name that endpoints and sources use, and how to reach it.</summary>
public sealed class NatsCluster
{
    private readonly ConnectionOptions _options;

    /// <exception cref="BrokerSetupException">The name is not valid, or there is no server.</exception>
    internal NatsCluster(string name, ConnectionOptions options)
    {
        if (!ClusterName.Accepts(name))
            throw new BrokerSetupException($"'{name}' is not a valid name of a cluster. {ClusterName.Rule}");
        if (options.Servers.Count == 0)
            throw new BrokerSetupException($"The cluster '{name}' has no servers.");
        (Name, _options) = (name, options);
    }

    public string Name { get; }

    public override string ToString() => $"{Name}={_options}";

    /// <summary>Opens a connection that only the caller uses. It connects in the background.</summary>
    internal ClusterConnection Connect(TimeProvider time, ILogger logger) => ClusterConnection.Begin(_options, time, logger);
}
