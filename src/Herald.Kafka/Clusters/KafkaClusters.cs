namespace Herald.Kafka.Clusters;

/// <summary>The clusters of a server, by name.</summary>
public sealed class KafkaClusters
{
    private readonly Dictionary<string, KafkaCluster> _byName;

    /// <exception cref="KafkaSetupException">The clusters cannot be used with the present settings; the message says why.</exception>
    public KafkaClusters(KafkaOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _byName = options.Clusters.ToDictionary(
            cluster => cluster.Key,
            cluster => new KafkaCluster(
                new(cluster.Key, string.Join(',', cluster.Value.Servers)),
                cluster.Value.PropertiesFile is { } file ? PropertiesFile.Read(file, cluster.Key) : []),
            StringComparer.Ordinal);
    }

    public IReadOnlyCollection<KafkaCluster> All => _byName.Values;

    public KafkaCluster? Find(string name) => _byName.GetValueOrDefault(name);
}
