using System.Diagnostics.CodeAnalysis;
using Herald.Brokers;
using Herald.Brokers.Clusters;
using Herald.Engine.Basics;
using Herald.Nats.Clusters;
using Herald.Nats.JetStream;
using Herald.Nats.Sources;

namespace Herald.Nats;

/// <summary>The options of NATS. Without a cluster, the other options have no effect.</summary>
public sealed record NatsOptions : BrokerOptions
{
    [SettingMap<NatsClusterOptions, ClusterName>("The NATS clusters, by name. Endpoints and sources use these names.")]
    public IReadOnlyDictionary<string, NatsClusterOptions> Clusters
    {
        [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(NatsClusterOptions))]
        get;
        init;
    } = new Dictionary<string, NatsClusterOptions>();

    [SettingList<NatsRoute>("Which NATS subjects become events of which Herald topic.")]
    public IReadOnlyList<NatsRoute> Sources
    {
        [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(NatsRoute))]
        get;
        init;
    } = [];

    [SettingText<JetStreamName>("The group of all nodes that share a store, for sources that name no group.", IsRequired = true)]
    public override string Group { get; init; } = "herald";
}
