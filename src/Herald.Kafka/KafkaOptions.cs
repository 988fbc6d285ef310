using Herald.Kafka.Clusters;
using Herald.Kafka.Sources;

namespace Herald.Kafka;

/// <summary>The options of Kafka. Without clusters, the others have no effect.</summary>
public sealed record KafkaOptions
{
    /// <summary>The clusters with their names. Default none: Kafka is not used.</summary>
    public IReadOnlyList<ClusterAddress> Clusters { get; init; } = [];

    /// <summary>A file with librdkafka's properties, such as those of TLS and SASL. Default none.</summary>
    public string? PropertiesFile { get; init; }

    /// <summary>Which Kafka topics become events of which Herald topic. Default none.</summary>
    public IReadOnlyList<SourceRoute> Sources { get; init; } = [];

    /// <summary>The consumer group of all nodes that share a store. Default <c>herald</c>.</summary>
    public string Group { get; init; } = "herald";

    /// <summary>Maximum messages of one append. Default 500; 1 to 10,000.</summary>
    public int BatchEvents { get; init; } = 500;

    /// <summary>How long a message waits for others that are appended with it. Default 50 ms; 0 to 10 s.</summary>
    public TimeSpan BatchWait { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Bytes of one append; its last message can exceed them. Default 4 MiB; 1 KiB to 64 MiB.</summary>
    public int BatchBytes { get; init; } = 4 << 20;

    /// <summary>
    /// How long partitions that move to another member wait until the messages read from them are durable. Default 10 s; 0 to 4 min.
    /// </summary>
    public TimeSpan Handover { get; init; } = TimeSpan.FromSeconds(10);
}
