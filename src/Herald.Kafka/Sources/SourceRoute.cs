using Herald.Engine.Basics;
using Herald.Kafka.Clusters;

namespace Herald.Kafka.Sources;

/// <summary>Topics of a Kafka cluster whose messages become events of one Herald topic.</summary>
public sealed record SourceRoute
{
    [SettingText<ClusterName>("The name of the cluster in kafka.clusters.", IsRequired = true)]
    public string Cluster { get; init; } = "";

    [SettingText<TopicName>("The Kafka topics.", IsRequired = true)]
    public IReadOnlyList<string> Topic { get; init; } = [];

    [Setting("The Herald topic. It is created if it is missing.", Most = "255", IsRequired = true)]
    public string To { get; init; } = "";
}
