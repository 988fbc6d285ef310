using Herald.Nats.Messages;

namespace Herald.Nats.Channels;

/// <summary><c>nats://cluster/subject</c></summary>
internal static class NatsEndpoint
{
    public const string Scheme = "nats";

    public static string ClusterOf(Uri endpoint) => endpoint.Host;

    public static string SubjectOf(Uri endpoint) => Uri.UnescapeDataString(endpoint.AbsolutePath.TrimStart('/'));

    /// <summary>The error of an endpoint, in one line; null when there is none.</summary>
    public static string? Refuse(Uri endpoint, IEnumerable<string> clusters)
    {
        if (!endpoint.IsAbsoluteUri || endpoint.Scheme != Scheme)
            return $"endpoint: '{Cut(endpoint.OriginalString)}' is not a NATS endpoint; write nats://cluster/subject";
        if (endpoint.UserInfo.Length > 0)
            return $"endpoint: 'nats://***@{Cut(endpoint.Host)}' contains credentials; remove them, and put them into the settings of the cluster";
        if (endpoint.Port > 0 || endpoint.Query.Length > 0 || endpoint.Fragment.Length > 0)
            return $"endpoint: '{Cut(endpoint.OriginalString)}' has more parts than a cluster and a subject; write nats://cluster/subject";
        if (!clusters.Contains(ClusterOf(endpoint), StringComparer.Ordinal))
            return $"endpoint: cluster '{Cut(ClusterOf(endpoint))}' is not in nats.clusters, which has {string.Join(", ", clusters.Order(StringComparer.Ordinal).DefaultIfEmpty("none"))}";
        var subject = SubjectOf(endpoint);
        if (subject.StartsWith('$') || subject.StartsWith("_INBOX.", StringComparison.Ordinal))
            return $"endpoint: '{Cut(subject)}' is a subject of the servers themselves";
        return Subjects.IsLiteral(subject) ? null : $"endpoint: '{Cut(subject)}' is not a subject to which Herald can publish; use {Subjects.Rule}, and no wildcards";
    }

    // The result is one line, whatever the text contains.
    private static string Cut(string text) => (text.Length <= 200 ? text : text[..200] + "…").ReplaceLineEndings(" ");
}
