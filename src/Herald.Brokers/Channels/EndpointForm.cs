namespace Herald.Brokers.Channels;

/// <summary>The form of a broker's endpoints: <c>scheme://cluster/name</c>.</summary>
/// <param name="Scheme">Also the section of the broker's settings.</param>
/// <param name="Broker">The name of the broker as people write it.</param>
/// <param name="Noun">The broker's word for a target: topic, subject.</param>
/// <param name="Secrets">Where credentials belong.</param>
/// <param name="RefuseName">What is wrong with the name of a target, as the end of a sentence; null when nothing is.</param>
public sealed record EndpointForm(string Scheme, string Broker, string Noun, string Secrets, Func<string, string?> RefuseName)
{
    private const int LongestShown = 200;

    private string Write => $"write {Scheme}://cluster/{Noun}";

    public static string ClusterOf(Uri endpoint) => endpoint.Host;

    public static string NameOf(Uri endpoint) => Uri.UnescapeDataString(endpoint.AbsolutePath.TrimStart('/'));

    /// <summary>The error of an endpoint, in one line; null when there is none.</summary>
    public string? Refuse(Uri endpoint, IEnumerable<string> clusters)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        if (!endpoint.IsAbsoluteUri || endpoint.Scheme != Scheme)
            return $"endpoint: '{Cut(endpoint.OriginalString)}' is not a {Broker} endpoint; {Write}";
        if (endpoint.UserInfo.Length > 0)
            return $"endpoint: '{Scheme}://***@{Cut(endpoint.Host)}' contains credentials; remove them, and put them into {Secrets}";
        if (endpoint.Port > 0 || endpoint.Query.Length > 0 || endpoint.Fragment.Length > 0)
            return $"endpoint: '{Cut(endpoint.OriginalString)}' has more parts than a cluster and a {Noun}; {Write}";
        var (cluster, name) = (ClusterOf(endpoint), NameOf(endpoint));
        var all = string.Join(", ", clusters.Order(StringComparer.Ordinal).DefaultIfEmpty("none"));
        if (!clusters.Contains(cluster, StringComparer.Ordinal))
            return $"endpoint: cluster '{Cut(cluster)}' is not in {Scheme}.clusters, which has {all}";
        return RefuseName(name) is { } problem ? $"endpoint: '{Cut(name)}' {problem}" : null;
    }

    // The result is one line, whatever the text contains.
    private static string Cut(string text) => (text.Length <= LongestShown ? text : text[..LongestShown] + "…").ReplaceLineEndings(" ");
}
