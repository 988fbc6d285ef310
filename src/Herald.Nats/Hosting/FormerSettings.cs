namespace Herald.Nats.Hosting;

/// <summary>Settings that had a grammar in their text and are lists and maps now. Each has the sentence that says so.</summary>
internal static class FormerSettings
{
    public static readonly IReadOnlyDictionary<string, string> All = new Dictionary<string, string>
    {
        ["nats.clusters"] =
            "Clusters are a map now: nats.clusters.NAME.servers, or "
                + "HERALD__NATS__CLUSTERS__NAME__SERVERS, for example nats://127.0.0.1:4222.",
        ["nats.sources"] =
            "Sources are a list now: nats.sources.0.cluster, .subject and .to, or HERALD__NATS__SOURCES__0__CLUSTER and so on.",
        ["nats.users"] = OfCluster("user"),
        ["nats.passwordFiles"] = OfCluster("passwordFile"),
        ["nats.tokenFiles"] = OfCluster("tokenFile"),
        ["nats.nkeyFiles"] = OfCluster("nKeyFile"),
        ["nats.credentialsFiles"] = OfCluster("credentialsFile"),
        ["nats.certificateFiles"] = OfCluster("certificateFile"),
        ["nats.certificateKeyFiles"] = OfCluster("certificateKeyFile"),
        ["nats.caFiles"] = OfCluster("caFile"),
    };

    private static string OfCluster(string field) =>
        $"It is a part of the cluster now: nats.clusters.NAME.{field}, or HERALD__NATS__CLUSTERS__NAME__{field.ToUpperInvariant()}.";
}
