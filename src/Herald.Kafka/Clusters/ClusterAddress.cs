using System.Globalization;

namespace Herald.Kafka.Clusters;

/// <summary>A cluster: the name that endpoints and sources use, and the servers that are first asked for its brokers.</summary>
/// <param name="Servers"><c>host:port</c>, several with commas.</param>
public sealed record ClusterAddress(string Name, string Servers)
{
    public const string Rule =
        "Clusters are written NAME=HOST:PORT[,HOST:PORT], several with semicolons, each name once. "
        + "A name begins with a letter and has up to 63 lower-case letters, digits and hyphens.";

    private const int LongestName = 63;

    public override string ToString() => $"{Name}={Servers}";

    /// <summary>Null when the text breaks the <see cref="Rule"/>.</summary>
    public static IReadOnlyList<ClusterAddress>? ParseAll(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var all = new List<ClusterAddress>();
        foreach (var one in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (one.Split('=', 2, StringSplitOptions.TrimEntries) is not [var name, var servers] || !IsName(name) || all.Any(c => c.Name == name))
                return null;
            var addresses = servers.Split(',', StringSplitOptions.TrimEntries);
            if (!addresses.All(IsServer))
                return null;
            all.Add(new(name, string.Join(',', addresses)));
        }
        return all.Count > 0 ? all : null;
    }

    /// <summary>The name is the host of an endpoint, so URLs must not change it.</summary>
    public static bool IsName(string name) =>
        name is [>= 'a' and <= 'z', ..] && name[^1] != '-' && name.Length <= LongestName && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    private static bool IsServer(string text)
    {
        var colon = text.LastIndexOf(':');
        return colon > 0 && !text.Any(char.IsWhiteSpace) && !text.Contains('/', StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65_536;
    }
}
