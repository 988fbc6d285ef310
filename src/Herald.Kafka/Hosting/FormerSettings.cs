namespace Herald.Kafka.Hosting;

/// <summary>Settings that had a grammar in their text and are a list and a map now. Each has the sentence that says so.</summary>
internal static class FormerSettings
{
    public static readonly IReadOnlyDictionary<string, string> All = new Dictionary<string, string>
    {
        // The names of the list and of the map are the same, but as variables they had a text.
        ["kafka.clusters"] =
            "Clusters are a map now: kafka.clusters.NAME.servers, or HERALD__KAFKA__CLUSTERS__NAME__SERVERS, for example 127.0.0.1:9092.",
        ["kafka.sources"] =
            "Sources are a list now: kafka.sources.0.cluster, .topic and .to, or HERALD__KAFKA__SOURCES__0__CLUSTER and so on.",
        ["kafka.properties"] = "Each cluster has its own file now: kafka.clusters.NAME.propertiesFile, "
            + "or HERALD__KAFKA__CLUSTERS__NAME__PROPERTIESFILE.",
    };
}
