using Herald.Engine.Basics;

namespace Herald.Kafka.Clusters;

/// <summary>The options of one cluster.</summary>
public sealed record KafkaClusterOptions
{
    [SettingText<ServerForm>("The servers that are first asked for the cluster's brokers.", IsRequired = true)]
    public IReadOnlyList<string> Servers { get; init; } = [];

    [Setting(
        "A file with librdkafka's properties, such as those of TLS and SASL.",
        Rule = "A file with lines like property=value, or none.", None = "none")]
    public string? PropertiesFile { get; init; }
}
