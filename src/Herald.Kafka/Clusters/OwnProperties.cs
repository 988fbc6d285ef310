namespace Herald.Kafka.Clusters;

/// <summary>Properties that Herald sets itself, because its guarantees depend on them.</summary>
internal static class OwnProperties
{
    private static readonly Dictionary<string, string> Reasons = new(StringComparer.Ordinal)
    {
        ["bootstrap.servers"] = "the servers of a cluster are said by kafka.clusters",
        ["metadata.broker.list"] = "the servers of a cluster are said by kafka.clusters",
        ["group.id"] = "the consumer group is said by kafka.group",
        ["group.instance.id"] = "members of the group come and go by themselves",
        ["enable.auto.commit"] = "an offset is committed when its messages are durable, and not before",
        ["enable.auto.offset.store"] = "an offset is committed when its messages are durable, and not before",
        ["auto.offset.reset"] = "a new group starts at the earliest message: none is left out",
        ["partition.assignment.strategy"] = "partitions move one by one (cooperative-sticky), drained before they go",
        ["enable.partition.eof"] = "the end of a partition is no message",
        ["statistics.interval.ms"] = "the lag that metrics show is taken from them",
        ["enable.idempotence"] = "without it a message that is sent again could overtake, or lie in the topic twice",
        ["acks"] = "a delivery is one when all replicas that are in sync have it",
        ["request.required.acks"] = "a delivery is one when all replicas that are in sync have it",
        ["transactional.id"] = "Herald produces without transactions",
    };

    /// <summary>Why a property cannot be set; null when it can.</summary>
    public static string? WhyNot(string property) =>
        property.StartsWith("dotnet.", StringComparison.Ordinal) ? "it is no property of librdkafka" : Reasons.GetValueOrDefault(property);

    /// <summary>The value of the property must never be shown.</summary>
    public static bool IsSecret(string property) =>
        property.Contains("password", StringComparison.Ordinal) || property.Contains("secret", StringComparison.Ordinal)
        || property.EndsWith(".pem", StringComparison.Ordinal) || property is "sasl.oauthbearer.config";
}
