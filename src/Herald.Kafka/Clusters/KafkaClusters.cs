namespace Herald.Kafka.Clusters;

/// <summary>The clusters of a server, by name.</summary>
public sealed class KafkaClusters
{
    private readonly Dictionary<string, KafkaCluster> _byName;

    /// <exception cref="KafkaSetupException">The clusters cannot be used with the present settings; the message says why.</exception>
    public KafkaClusters(KafkaOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var properties = options.PropertiesFile is { } file ? PropertiesFile.Read(file, options.Clusters) : null;
        _byName = options.Clusters.ToDictionary(
            address => address.Name, address => new KafkaCluster(address, properties?[address.Name] ?? []), StringComparer.Ordinal);
    }

    public IReadOnlyCollection<KafkaCluster> All => _byName.Values;

    public KafkaCluster? Find(string name) => _byName.GetValueOrDefault(name);
}
