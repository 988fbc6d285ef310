using Confluent.Kafka;
using Herald.Kafka.Metrics;

namespace Herald.Kafka.Sources;

/// <summary>Commits the offset of each partition to the group: periodically, and at once when partitions leave.</summary>
/// <remarks>
/// Herald commits by itself, because the automatic commit of the client includes partitions that were lost. If the topic was deleted and
/// created again meanwhile, such an offset would be a place in the new topic. All members are called on the source's thread, except
/// <see cref="Note"/>, which any thread may call.
/// </remarks>
/// <param name="failed">Called on any thread.</param>
internal sealed class OffsetCommits(IConsumer<byte[]?, byte[]?> consumer, TimeProvider time, Action<Error> failed)
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);

    /// <summary>Guards the offsets: they are noted on one thread, and taken on another.</summary>
    private readonly Lock _lock = new();
    private readonly Dictionary<OwnedPartition, Offset> _uncommitted = [];
    private Dictionary<OwnedPartition, Offset> _committing = [];
    private Task<bool> _underWay = Task.FromResult(true);
    private long _lastAt;

    /// <summary>Records that everything before this offset is durable.</summary>
    public void Note(OwnedPartition partition, Offset next)
    {
        lock (_lock)
            _uncommitted[partition] = next;
    }

    /// <summary>Called in every turn of the loop; returns at once.</summary>
    public void CommitIfDue()
    {
        if (!_underWay.IsCompleted || time.GetElapsedTime(_lastAt) < Every)
            return;
        _lastAt = time.GetTimestamp();
        Begin();
    }

    /// <summary>
    /// Blocks until all offsets are committed, the attempt has failed, or the time is over. While the coordinator is unreachable, the
    /// client does not answer (seen with librdkafka 2.0).
    /// </summary>
    /// <returns>True also when the commit failed; false when the time ran out.</returns>
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

    /// <summary>Runs the action on a thread of the pool once no commit is in progress.</summary>
    public void WhenEnded(Action then) => _ = _underWay.ContinueWith(_ => then(), TaskScheduler.Default);

    // A commit has a thread of its own, because the client blocks.
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
                foreach (var (partition, next) in _committing)
                    _uncommitted.TryAdd(partition, next);
            }
            _committing = _uncommitted.Where(o => o.Key.IsOwned).ToDictionary();
            _uncommitted.Clear();
        }
        return [.. _committing.Select(o => new TopicPartitionOffset(o.Key.Place, o.Value))];
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
