using Confluent.Kafka;

namespace Herald.Kafka.Sources;

/// <summary>The partitions that are assigned now. Only the source's thread changes it.</summary>
/// <param name="own">Makes a partition of its place.</param>
internal sealed class OwnedPartitions(Func<TopicPartition, OwnedPartition> own)
{
    private readonly Dictionary<TopicPartition, OwnedPartition> _all = [];
    private OwnedPartition? _last;

    public int Count => _all.Count;

    public OwnedPartition Add(TopicPartition place)
    {
        Remove(place);
        return _all[place] = own(place);
    }

    public void Remove(TopicPartition place)
    {
        if (!_all.Remove(place, out var gone))
            return;
        gone.IsOwned = false;
        if (_last == gone)
            _last = null;
    }

    public bool Contains(string topic, int partition) => _all.ContainsKey(new TopicPartition(topic, partition));

    /// <summary>Tries the last result first, because many messages of one partition come in a row.</summary>
    public OwnedPartition? Find(string topic, int partition)
    {
        if (_last is { } last && last.Place.Partition.Value == partition && last.Place.Topic == topic)
            return last;
        return _last = _all.GetValueOrDefault(new TopicPartition(topic, partition));
    }
}
