namespace Herald.Server.Settings;

/// <summary>Settings that had a grammar in their text and are lists and maps now. Each has the sentence that says so.</summary>
internal static class FormerGrammars
{
    public static readonly IReadOnlyDictionary<string, string> OfKafka = new Dictionary<string, string>
    {
        // The names of the list and of the map are the same, but as variables they had a text.
        ["kafka.clusters"] = Map("kafka", "servers", "127.0.0.1:9092"),
        ["kafka.sources"] = List("kafka", "topic"),
        ["kafka.properties"] = "Each cluster has its own file now: kafka.clusters.NAME.propertiesFile, "
            + "or HERALD__KAFKA__CLUSTERS__NAME__PROPERTIESFILE.",
    };

    public static readonly IReadOnlyDictionary<string, string> OfNats = new Dictionary<string, string>
    {
        ["nats.clusters"] = Map("nats", "servers", "nats://127.0.0.1:4222"),
        ["nats.sources"] = List("nats", "subject"),
        ["nats.users"] = OfCluster("user"),
        ["nats.passwordFiles"] = OfCluster("passwordFile"),
        ["nats.tokenFiles"] = OfCluster("tokenFile"),
        ["nats.nkeyFiles"] = OfCluster("nKeyFile"),
        ["nats.credentialsFiles"] = OfCluster("credentialsFile"),
        ["nats.certificateFiles"] = OfCluster("certificateFile"),
        ["nats.certificateKeyFiles"] = OfCluster("certificateKeyFile"),
        ["nats.caFiles"] = OfCluster("caFile"),
    };

    private static string Map(string section, string field, string example) =>
        $"Clusters are a map now: {section}.clusters.NAME.{field}, "
        + $"or HERALD__{section.ToUpperInvariant()}__CLUSTERS__NAME__{field.ToUpperInvariant()}, for example {example}.";

    private static string List(string section, string field) =>
        $"Sources are a list now: {section}.sources.0.cluster, .{field} and .to, "
        + $"or HERALD__{section.ToUpperInvariant()}__SOURCES__0__CLUSTER and so on.";

    private static string OfCluster(string field) =>
        $"It is a part of the cluster now: nats.clusters.NAME.{field}, or HERALD__NATS__CLUSTERS__NAME__{field.ToUpperInvariant()}.";
}
