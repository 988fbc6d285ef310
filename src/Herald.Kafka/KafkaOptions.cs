using Herald.Kafka.Clusters;
using Herald.Kafka.Sources;

namespace Herald.Kafka;

/// <summary>What a server is told about Kafka. Nothing of it counts while there is no cluster.</summary>
public sealed record KafkaOptions
{
    /// <summary>The clusters by name. Default none: Kafka is not used.</summary>
    public IReadOnlyList<ClusterAddress> Clusters { get; init; } = [];

    /// <summary>A file with librdkafka's properties: TLS, SASL and the rest. Default none.</summary>
    public string? PropertiesFile { get; init; }

    /// <summary>Which topics of Kafka come into which topic of Herald. Default none.</summary>
    public IReadOnlyList<SourceRoute> Sources { get; init; } = [];

    /// <summary>The consumer group of all nodes that share a store. Default <c>herald</c>.</summary>
    public string Group { get; init; } = "herald";

    /// <summary>Messages of one append. Default 500; 1 to 10,000.</summary>
    public int BatchEvents { get; init; } = 500;

    /// <summary>How long a message waits for others to be appended with. Default 50 ms; 0 to 10 s.</summary>
    public TimeSpan BatchWait { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Bytes of one append, but for its last message. Default 4 MiB; 1 KiB to 64 MiB.</summary>
    public int BatchBytes { get; init; } = 4 << 20;

    /// <summary>How long partitions that go to another member wait for what was read of them to be durable. Default 10 s; 0 to 4 min.</summary>
    public TimeSpan Handover { get; init; } = TimeSpan.FromSeconds(10);
}
