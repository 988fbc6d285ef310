namespace Herald.Kafka.Clusters;

/// <summary>Properties that Herald sets itself, because its guarantees depend on them.</summary>
internal static class OwnProperties
{
    private static readonly Dictionary<string, string> Reasons = new(StringComparer.Ordinal)
    {
        ["bootstrap.servers"] = "the cluster's servers in kafka.clusters set it",
        ["metadata.broker.list"] = "the cluster's servers in kafka.clusters set it",
        ["group.id"] = "kafka.group sets the consumer group",
        ["group.instance.id"] = "Herald manages the members of the group",
        ["enable.auto.commit"] = "Herald commits an offset only when its messages are durable",
        ["enable.auto.offset.store"] = "Herald commits an offset only when its messages are durable",
        ["auto.offset.reset"] = "a new group starts at the earliest message, so that no message is left out",
        ["partition.assignment.strategy"] = "Herald moves partitions one by one (cooperative-sticky) and drains each one first",
        ["enable.partition.eof"] = "Herald does not use notifications about the end of a partition",
        ["statistics.interval.ms"] = "the metrics for the lag need the statistics",
        ["enable.idempotence"] = "without it, a repeated message could overtake others or be in the topic twice",
        ["acks"] = "a delivery counts as delivered only when all in-sync replicas have it",
        ["request.required.acks"] = "a delivery counts as delivered only when all in-sync replicas have it",
        ["transactional.id"] = "Herald produces without transactions",
    };

    /// <summary>Why a property cannot be set; null when it can.</summary>
    public static string? WhyNot(string property) =>
        property.StartsWith("dotnet.", StringComparison.Ordinal) ? "librdkafka does not have it" : Reasons.GetValueOrDefault(property);

    /// <summary>The value of the property must never be shown.</summary>
    public static bool IsSecret(string property) =>
        property.Contains("password", StringComparison.Ordinal) || property.Contains("secret", StringComparison.Ordinal)
        || property.EndsWith(".pem", StringComparison.Ordinal) || property is "sasl.oauthbearer.config";
}
