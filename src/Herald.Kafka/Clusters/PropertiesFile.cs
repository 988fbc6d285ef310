using Herald.Brokers;
using Herald.Hosting.Text;

namespace Herald.Kafka.Clusters;

/// <summary>Reads a file of librdkafka's properties, one per line: <c>property=value</c>.</summary>
/// <remarks>
/// Empty lines and lines that begin with # are ignored. librdkafka checks the properties, except those that Herald sets itself.
/// </remarks>
internal static class PropertiesFile
{
    /// <exception cref="BrokerSetupException">The file cannot be read, or a line of it cannot be used.</exception>
    public static Dictionary<string, string> Read(string path, string cluster)
    {
        var setting = $"kafka.clusters.{cluster}.propertiesFile = '{path}'";
        string[] lines;
        try
        {
            lines = File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BrokerSetupException($"{setting}: the file cannot be read ({FileReason.Of(e)}).", e);
        }
        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].Trim();
            if (line.Length == 0 || line[0] == '#')
                continue;
            // Messages never contain the line itself, because it can contain a password.
            var where = $"{setting}, line {i + 1}";
            if (line.Split('=', 2, StringSplitOptions.TrimEntries) is not [{ Length: > 0 } name, var value])
                throw new BrokerSetupException($"{where}: write property=value.");
            if (OwnProperties.WhyNot(name) is { } reason)
                throw new BrokerSetupException($"{where}: '{name}' cannot be set, because {reason}. Remove the line.");
            if (!properties.TryAdd(name, value))
                throw new BrokerSetupException($"{where}: '{name}' is set twice. Remove one.");
        }
        return properties;
    }
}
