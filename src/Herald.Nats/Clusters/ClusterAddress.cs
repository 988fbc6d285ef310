
namespace Herald.Nats.Clusters;

/// <summary>A cluster by name, and some of its servers.</summary>
/// <param name="Servers"><c>nats://host:port</c>, several with commas.</param>
public sealed record ClusterAddress(string Name, string Servers)
{
    public const string Rule =
        "Clusters are written NAME=nats://HOST:PORT[,HOST:PORT] or NAME=tls://HOST:PORT, several with semicolons, each name once. "
        + "A name has " + ClusterName.Rule + ". Credentials have separate settings.";

    public override string ToString() => $"{Name}={Servers}";

    /// <summary>Null when the text is not as the <see cref="Rule"/> says.</summary>
    public static IReadOnlyList<ClusterAddress>? ParseAll(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var all = new List<ClusterAddress>();
        foreach (var one in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (one.Split('=', 2, StringSplitOptions.TrimEntries) is not [var name, var servers] || !ClusterName.IsOne(name) || all.Any(c => c.Name == name)
                || ServerAddress.ParseAll(servers) is not { } addresses)
            {
                return null;
            }
            all.Add(new(name, string.Join(',', addresses)));
        }
        return all.Count > 0 ? all : null;
    }
}
