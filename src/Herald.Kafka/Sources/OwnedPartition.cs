using Confluent.Kafka;

namespace Herald.Kafka.Sources;

/// <summary>A partition from when it is assigned until it goes. When it comes back it is another one: nothing of the time before counts.</summary>
internal sealed class OwnedPartition(TopicPartition place, string stream)
{
    public TopicPartition Place { get; } = place;

    /// <summary>As <see cref="Herald.Engine.Sources.SourcePlace"/> has it.</summary>
    public string Stream { get; } = stream;

    /// <summary>False once it is given up or lost: its offsets are somebody else's.</summary>
    public bool IsOwned { get; set; } = true;
}
