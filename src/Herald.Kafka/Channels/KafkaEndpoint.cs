using Herald.Kafka.Clusters;

namespace Herald.Kafka.Channels;

/// <summary><c>kafka://cluster/topic</c></summary>
internal static class KafkaEndpoint
{
    public const string Scheme = "kafka";

    public static string ClusterOf(Uri endpoint) => endpoint.Host;

    public static string TopicOf(Uri endpoint) => endpoint.AbsolutePath.TrimStart('/');

    /// <summary>The error of an endpoint, in one line; null when there is none.</summary>
    public static string? Refuse(Uri endpoint, IEnumerable<string> clusters)
    {
        if (!endpoint.IsAbsoluteUri || endpoint.Scheme != Scheme)
            return $"endpoint: '{Cut(endpoint.OriginalString)}' is not a Kafka endpoint; write kafka://cluster/topic";
        if (endpoint.UserInfo.Length > 0)
            return $"endpoint: 'kafka://***@{Cut(endpoint.Host)}' contains credentials; remove them, and put them into the propertiesFile of its cluster";
        if (endpoint.Port > 0 || endpoint.Query.Length > 0 || endpoint.Fragment.Length > 0)
            return $"endpoint: '{Cut(endpoint.OriginalString)}' has more parts than a cluster and a topic; write kafka://cluster/topic";
        if (!clusters.Contains(ClusterOf(endpoint), StringComparer.Ordinal))
            return $"endpoint: cluster '{Cut(ClusterOf(endpoint))}' is not in kafka.clusters, which has {string.Join(", ", clusters.Order(StringComparer.Ordinal).DefaultIfEmpty("none"))}";
        return TopicName.IsOne(TopicOf(endpoint)) ? null : $"endpoint: '{Cut(TopicOf(endpoint))}' is not a topic name of Kafka; use {TopicName.Rule}";
    }

    private static string Cut(string text) => text.Length <= 200 ? text : text[..200] + "…";
}
