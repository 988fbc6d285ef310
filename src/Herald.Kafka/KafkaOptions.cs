using System.Diagnostics.CodeAnalysis;
using Herald.Brokers;
using Herald.Brokers.Clusters;
using Herald.Engine.Basics;
using Herald.Kafka.Clusters;
using Herald.Kafka.Sources;

namespace Herald.Kafka;

/// <summary>The options of Kafka. Without a cluster, the other options have no effect.</summary>
public sealed record KafkaOptions : BrokerOptions
{
    [SettingMap<KafkaClusterOptions, ClusterName>("The Kafka clusters, by name. Endpoints and sources use these names.")]
    public IReadOnlyDictionary<string, KafkaClusterOptions> Clusters
    {
        [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(KafkaClusterOptions))]
        get;
        init;
    } = new Dictionary<string, KafkaClusterOptions>();

    [SettingList<KafkaRoute>("Which Kafka topics become events of which Herald topic.")]
    public IReadOnlyList<KafkaRoute> Sources
    {
        [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(KafkaRoute))]
        get;
        init;
    } = [];

    [Setting("The consumer group of all nodes that share a store.", Most = "255", IsRequired = true)]
    public override string Group { get; init; } = "herald";
}
