namespace Herald.Kafka.Clusters;

/// <summary>
/// Reads a file of librdkafka's properties, one per line: <c>property=value</c> for all clusters, <c>NAME.property=value</c> for one
/// cluster, which overrides the former.
/// </summary>
/// <remarks>
/// Empty lines and lines that begin with # are ignored. librdkafka checks the properties, except those that Herald sets itself.
/// </remarks>
internal static class PropertiesFile
{
    /// <exception cref="KafkaSetupException">The file cannot be read, or a line of it cannot be used.</exception>
    /// <returns>The properties by cluster.</returns>
    public static Dictionary<string, Dictionary<string, string>> Read(string path, IReadOnlyList<ClusterAddress> clusters)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KafkaSetupException($"kafka.properties = '{path}': the file cannot be read ({e.Message}).", e);
        }
        var shared = new Dictionary<string, string>(StringComparer.Ordinal);
        var own = clusters.ToDictionary(c => c.Name, _ => new Dictionary<string, string>(StringComparer.Ordinal));
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].Trim();
            if (line.Length == 0 || line[0] == '#')
                continue;
            // Messages never contain the line itself, because it can contain a password.
            var where = $"kafka.properties = '{path}', line {i + 1}";
            if (line.Split('=', 2, StringSplitOptions.TrimEntries) is not [{ Length: > 0 } name, var value])
                throw new KafkaSetupException($"{where}: write property=value, or NAME.property=value for one cluster.");
            var target = shared;
            if (clusters.FirstOrDefault(c => name.StartsWith(c.Name + ".", StringComparison.Ordinal)) is { } cluster)
                (target, name) = (own[cluster.Name], name[(cluster.Name.Length + 1)..]);
            if (OwnProperties.WhyNot(name) is { } reason)
                throw new KafkaSetupException($"{where}: '{name}' cannot be set, because {reason}. Remove the line.");
            if (!target.TryAdd(name, value))
                throw new KafkaSetupException($"{where}: '{name}' is set twice. Remove one.");
        }
        foreach (var properties in own.Values)
        {
            foreach (var (name, value) in shared)
                properties.TryAdd(name, value);
        }
        return own;
    }
}
