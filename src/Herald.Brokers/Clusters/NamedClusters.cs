namespace Herald.Brokers.Clusters;

/// <summary>The clusters of a server, by name.</summary>
/// <param name="open">Makes a cluster of its name and its options.</param>
public abstract class NamedClusters<TOptions, TCluster>(
    IReadOnlyDictionary<string, TOptions> options, Func<string, TOptions, TCluster> open)
    where TCluster : class
{
    private readonly Dictionary<string, TCluster> _byName =
        options.ToDictionary(cluster => cluster.Key, cluster => open(cluster.Key, cluster.Value), StringComparer.Ordinal);

    public IReadOnlyCollection<TCluster> All => _byName.Values;

    public TCluster? Find(string name) => _byName.GetValueOrDefault(name);
}
