using System.Diagnostics.CodeAnalysis;
using Herald.Engine.Basics;
using Herald.Kafka.Clusters;
using Herald.Kafka.Sources;

namespace Herald.Kafka;

/// <summary>The options of Kafka. Without clusters, the others have no effect.</summary>
public sealed record KafkaOptions
{
    [SettingMap<KafkaClusterOptions, ClusterName>("The Kafka clusters, by name. Endpoints and sources use these names.")]
    public IReadOnlyDictionary<string, KafkaClusterOptions> Clusters
    {
        [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(KafkaClusterOptions))]
        get;
        init;
    } = new Dictionary<string, KafkaClusterOptions>();

    [SettingList<SourceRoute>("Which Kafka topics become events of which Herald topic.")]
    public IReadOnlyList<SourceRoute> Sources
    {
        [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(SourceRoute))]
        get;
        init;
    } = [];

    [Setting("The consumer group of all nodes that share a store.", Most = "255", IsRequired = true)]
    public string Group { get; init; } = "herald";

    [Setting("How many messages are appended together.", Least = "1", Most = "10000")]
    public int BatchEvents { get; init; } = 500;

    [Setting("How long a message waits for others that are appended with it.", Most = "10s")]
    public TimeSpan BatchWait { get; init; } = TimeSpan.FromMilliseconds(50);

    [Setting("How many bytes are appended together; the last message can exceed them.", IsBytes = true, Least = "1KiB", Most = "64MiB")]
    public int BatchBytes { get; init; } = 4 << 20;

    [Setting("How long partitions that move to another node wait until the messages read from them are durable.", Most = "4m")]
    public TimeSpan Handover { get; init; } = TimeSpan.FromSeconds(10);
}
