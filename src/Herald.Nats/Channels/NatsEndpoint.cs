using Herald.Nats.Messages;

namespace Herald.Nats.Channels;

/// <summary><c>nats://cluster/subject</c></summary>
internal static class NatsEndpoint
{
    public const string Scheme = "nats";

    public static string ClusterOf(Uri endpoint) => endpoint.Host;

    public static string SubjectOf(Uri endpoint) => Uri.UnescapeDataString(endpoint.AbsolutePath.TrimStart('/'));

    /// <summary>What is wrong with it, in one line; null when nothing is.</summary>
    public static string? Refuse(Uri endpoint, IEnumerable<string> clusters)
    {
        if (!endpoint.IsAbsoluteUri || endpoint.Scheme != Scheme)
            return $"endpoint: '{Cut(endpoint.OriginalString)}' is no endpoint of NATS; write nats://cluster/subject";
        if (endpoint.UserInfo.Length > 0)
            return $"endpoint: 'nats://***@{Cut(endpoint.Host)}' carries credentials; remove them: they are settings of the cluster";
        if (endpoint.Port > 0 || endpoint.Query.Length > 0 || endpoint.Fragment.Length > 0)
            return $"endpoint: '{Cut(endpoint.OriginalString)}' has more than a cluster and a subject; write nats://cluster/subject";
        if (!clusters.Contains(ClusterOf(endpoint), StringComparer.Ordinal))
            return $"endpoint: there is no cluster '{Cut(ClusterOf(endpoint))}'; there are {string.Join(", ", clusters.Order(StringComparer.Ordinal).DefaultIfEmpty("none"))}";
        var subject = SubjectOf(endpoint);
        if (subject.StartsWith('$') || subject.StartsWith("_INBOX.", StringComparison.Ordinal))
            return $"endpoint: '{Cut(subject)}' is a subject of the servers' own";
        return Subjects.IsLiteral(subject) ? null : $"endpoint: '{Cut(subject)}' is no subject that can be published to; use {Subjects.Rule}, and no wildcards";
    }

    // It is one line, whatever it is.
    private static string Cut(string text) => (text.Length <= 200 ? text : text[..200] + "…").ReplaceLineEndings(" ");
}
