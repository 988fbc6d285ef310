using Herald.Brokers.Sources;
using Herald.Engine.Basics;
using Herald.Kafka.Clusters;

namespace Herald.Kafka.Sources;

/// <summary>Topics of a Kafka cluster whose messages become events of one Herald topic.</summary>
public sealed record KafkaRoute : SourceRoute
{
    [SettingText<TopicName>("The Kafka topics.", IsRequired = true)]
    public IReadOnlyList<string> Topic { get; init; } = [];

    public override IReadOnlyList<string> From => Topic;
}
