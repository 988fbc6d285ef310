using Confluent.Kafka;

namespace Herald.Kafka.Sources;

/// <summary>
/// A partition from its assignment until it leaves. If it comes back, it is a new instance, and nothing from before counts.
/// </summary>
internal sealed class OwnedPartition(TopicPartition place, string stream)
{
    public TopicPartition Place { get; } = place;

    /// <summary>The stream as in <see cref="Herald.Engine.Sources.SourcePlace"/>.</summary>
    public string Stream { get; } = stream;

    /// <summary>False once the partition is given up or lost. Its offsets then belong to another member.</summary>
    public bool IsOwned { get; set; } = true;
}
