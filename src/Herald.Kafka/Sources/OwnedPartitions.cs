using Confluent.Kafka;

namespace Herald.Kafka.Sources;

/// <summary>The partitions that are assigned now. Only the source's thread uses it.</summary>
internal sealed class OwnedPartitions(string cluster)
{
    private readonly Dictionary<TopicPartition, OwnedPartition> _all = [];
    private OwnedPartition? _last;

    public int Count => _all.Count;

    public void Add(IEnumerable<TopicPartition> partitions)
    {
        foreach (var partition in partitions)
        {
            Remove(partition);
            _all.Add(partition, new OwnedPartition(partition, $"kafka/{cluster}/{partition.Topic}"));
        }
    }

    public void Remove(TopicPartition partition)
    {
        if (!_all.Remove(partition, out var gone))
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
