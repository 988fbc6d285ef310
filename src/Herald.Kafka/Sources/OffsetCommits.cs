using Confluent.Kafka;
using Herald.Kafka.Metrics;

namespace Herald.Kafka.Sources;

/// <summary>Commits the offset of each partition to the group: periodically, and at once when partitions leave.</summary>
/// <remarks>
/// It is not left to the client, which also commits offsets of lost partitions. In a topic that is deleted and created again, such an
/// offset would be a place in the new topic.
/// </remarks>
/// <param name="failed">Called on any thread.</param>
internal sealed class OffsetCommits(IConsumer<byte[]?, byte[]?> consumer, TimeProvider time, Action<Error> failed)
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);

    /// <summary>Guards the offsets: they are noted on one thread, and taken on another.</summary>
    private readonly Lock _lock = new();
    private readonly Dictionary<OwnedPartition, Offset> _open = [];
    private Dictionary<OwnedPartition, Offset> _told = [];
    private Task<bool> _underWay = Task.FromResult(true);
    private long _lastAt;

    /// <summary>Records that everything before this offset is durable. Called on any thread; everything else on the source's thread.</summary>
    public void Note(OwnedPartition partition, Offset next)
    {
        lock (_lock)
            _open[partition] = next;
    }

    /// <summary>Called in every turn of the loop; returns at once.</summary>
    public void CommitNowAndThen()
    {
        if (!_underWay.IsCompleted || time.GetElapsedTime(_lastAt) < Every)
            return;
        _lastAt = time.GetTimestamp();
        Begin();
    }

    /// <summary>
    /// Blocks until all offsets are committed, the attempt has failed, or the time is over. A client whose coordinator is unreachable does
    /// not answer before it is back (seen with librdkafka 2.0).
    /// </summary>
    /// <returns>Whether the client has answered.</returns>
    public bool CommitNow(TimeSpan most)
    {
        var begun = time.GetTimestamp();
        if (!Wait(most))
            return false;
        Begin();
        return Wait(most - time.GetElapsedTime(begun));
    }

    /// <summary>Blocks until no commit is in progress, or the time is over. The client must not be disposed during a commit.</summary>
    public bool Wait(TimeSpan most) => _underWay.Wait(most > TimeSpan.Zero ? most : TimeSpan.Zero);

    /// <summary>Calls the action when no commit is in progress, on any thread.</summary>
    public void WhenEnded(Action then) => _ = _underWay.ContinueWith(_ => then(), TaskScheduler.Default);

    // It has a thread of its own, because the client blocks.
    private void Begin()
    {
        if (Take() is { Count: > 0 } offsets)
            _underWay = Task.Factory.StartNew(() => Commit(offsets), default, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    // Offsets whose commit failed are committed again, unless there is a newer one by now or the partition is no longer owned.
    private List<TopicPartitionOffset> Take()
    {
        lock (_lock)
        {
            if (!_underWay.Result)
            {
                foreach (var (partition, next) in _told)
                    _open.TryAdd(partition, next);
            }
            _told = _open.Where(o => o.Key.IsOwned).ToDictionary();
            _open.Clear();
        }
        return [.. _told.Select(o => new TopicPartitionOffset(o.Key.Place, o.Value))];
    }

    private bool Commit(List<TopicPartitionOffset> offsets)
    {
        try
        {
            consumer.Commit(offsets);
            return true;
        }
        catch (KafkaException failure)
        {
            KafkaMetrics.CommitFailures.Add(1);
            failed(
                failure is TopicPartitionOffsetException parts
                    ? parts.Results.Select(r => r.Error).FirstOrDefault(e => e.IsError) ?? failure.Error
                    : failure.Error);
            return false;
        }
    }
}
