using Confluent.Kafka;
using Herald.Brokers.Feeds;

namespace Herald.Kafka.Sources;

/// <summary>
/// A partition from its assignment until it leaves. If it comes back, it is a new instance, and nothing from before counts.
/// </summary>
/// <param name="keep">Called when messages of the partition are durable.</param>
internal sealed class OwnedPartition(TopicPartition place, string cluster, string group, Action<OwnedPartition, FeedMark> keep)
    : FeedPart($"kafka/{cluster}/{place.Topic}/{place.Partition.Value}/{group}")
{
    public TopicPartition Place => place;

    /// <summary>The stream as in <see cref="Herald.Engine.Events.SourcePlace"/>.</summary>
    public string Stream { get; } = $"kafka/{cluster}/{place.Topic}";

    /// <summary>False once the partition is given up or lost. Its offsets then belong to another member.</summary>
    public bool IsOwned { get; set; } = true;

    public override void Keep(in FeedMark mark) => keep(this, mark);
}
