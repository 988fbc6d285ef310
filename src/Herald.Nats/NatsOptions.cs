using System.Diagnostics.CodeAnalysis;
using Herald.Engine.Basics;
using Herald.Nats.Clusters;
using Herald.Nats.JetStream;
using Herald.Nats.Sources;

namespace Herald.Nats;

/// <summary>The options of NATS. Without clusters, the others have no effect.</summary>
public sealed record NatsOptions
{
    [SettingMap<NatsClusterOptions, ClusterName>("The NATS clusters, by name. Endpoints and sources use these names.")]
    public IReadOnlyDictionary<string, NatsClusterOptions> Clusters
    {
        [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(NatsClusterOptions))]
        get;
        init;
    } = new Dictionary<string, NatsClusterOptions>();

    [SettingList<SourceRoute>("Which NATS subjects become events of which Herald topic.")]
    public IReadOnlyList<SourceRoute> Sources
    {
        [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(SourceRoute))]
        get;
        init;
    } = [];

    [SettingText<JetStreamName>("The group of all nodes that share a store, for sources that name no group.", IsRequired = true)]
    public string Group { get; init; } = "herald";

    [Setting("How many messages are appended together.", Least = "1", Most = "10000")]
    public int BatchEvents { get; init; } = 500;

    [Setting("How long a message waits for others that are appended with it.", Most = "10s")]
    public TimeSpan BatchWait { get; init; } = TimeSpan.FromMilliseconds(50);

    [Setting("How many bytes are appended together; the last message can exceed them.", IsBytes = true, Least = "1KiB", Most = "64MiB")]
    public int BatchBytes { get; init; } = 4 << 20;

    [Setting("How long a stop, or a move to another node, waits until the messages that were read are durable.", Most = "4m")]
    public TimeSpan Handover { get; init; } = TimeSpan.FromSeconds(10);
}
