using Confluent.Kafka;
using Herald.Engine.Sources;
using Herald.Kafka.Clusters;
using Herald.Kafka.Metrics;
using Microsoft.Extensions.Logging;

namespace Herald.Kafka.Sources;

/// <summary>One life of a consumer, on one thread.</summary>
/// <remarks>
/// Each turn of the loop has these steps:
/// <list type="number">
/// <item>Record what has become durable, and commit offsets periodically.</item>
/// <item>Publish a batch that is full or has waited long enough, if the previous one has been published.</item>
/// <item>
/// If there is no room, wait a little. If that does not help, the store is unavailable: pause the partitions and continue polling, which
/// keeps the consumer in the group for as long as it takes.
/// </item>
/// <item>Otherwise read a message.</item>
/// </list>
/// Partitions are assigned and revoked during polling. Those that leave are drained first, for a bounded time.
/// </remarks>
internal sealed class SourceRun : IDisposable
{
    /// <summary>How long the loop sleeps when nothing happens. A stop waits for it.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(100);

    /// <summary>Pausing discards prefetched messages, so it is for stores that are unavailable, not for slow ones.</summary>
    private static readonly TimeSpan PauseAfter = TimeSpan.FromSeconds(1);

    /// <summary>How often the end of a publish is checked when the next batch is due.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(5);

    /// <summary>The minimum time for a commit in progress before the client is left open because of it.</summary>
    private static readonly TimeSpan CommitPatience = TimeSpan.FromSeconds(1);

    private readonly KafkaSourceOptions _options;
    private readonly KafkaCluster _cluster;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SourceGauges _gauges;
    private readonly Action _joined;
    private readonly ClientNotices _notices;
    private readonly OwnedPartitions _partitions;
    private readonly BatchPipeline _pipeline;
    private readonly IConsumer<byte[]?, byte[]?> _consumer;
    private readonly OffsetCommits _commits;
    private bool _paused, _pauseAgain, _isLeaving;

    /// <param name="joined">
    /// Called whenever partitions are assigned (possibly none), and whenever there is a reason why that can take long.
    /// </param>
    /// <exception cref="KafkaSetupException">The client does not accept its configuration.</exception>
    public SourceRun(
        KafkaCluster cluster, KafkaSourceOptions options, SourceIntake intake, SourceGauges gauges, ClientNotices notices, Action joined, TimeProvider time, ILogger logger)
    {
        (_cluster, _options, _gauges, _notices, _joined, _time, _logger) = (cluster, options, gauges, notices, joined, time, logger);
        _partitions = new OwnedPartitions(cluster.Name);
        _pipeline = new BatchPipeline(intake, options, time);
        _consumer = cluster.Make(Build);
        _commits = new OffsetCommits(_consumer, time, notices.Trouble);
    }

    /// <summary>Reads until it is stopped.</summary>
    /// <exception cref="KafkaException">The consumer has failed permanently.</exception>
    public void Run(CancellationToken stop)
    {
        _consumer.Subscribe(_options.From);
        while (!stop.IsCancellationRequested)
        {
            // 1.
            NoteDurable();
            _commits.CommitNowAndThen();
            // 2.
            if (_pipeline.IsFull || _pipeline.Patience == TimeSpan.Zero)
                _pipeline.TryPublish();
            // 3.
            if (_pipeline.IsFull)
            {
                WaitForRoom();
                continue;
            }
            // 4.
            Resume();
            Read(WaitForMessage());
        }
    }

    /// <summary>Leaves the group. What was read is made durable first, as in any other hand-over.</summary>
    /// <exception cref="TimeoutException">The coordinator does not answer.</exception>
    public void Leave()
    {
        // Before the client is closed: a closing client waits for its commits, which end only when the coordinator is back.
        _isLeaving = true;
        if (!Drain())
            throw new TimeoutException($"The coordinator of the group {_options.Group} does not answer.");
        _consumer.Close();
    }

    /// <summary>Without <see cref="Leave"/>, the group detects the loss by itself, as if the process had been killed.</summary>
    public void Dispose()
    {
        _pipeline.Dispose();
        if (_commits.Wait(CommitPatience))
            _consumer.Dispose();
        else
            _commits.WhenEnded(_consumer.Dispose);
        _gauges.Partitions = 0;
        _gauges.Lags = [];
        _gauges.IsPaused = false;
    }

    private IConsumer<byte[]?, byte[]?> Build()
    {
        var configuration = _cluster.Configure(
            [
                // The time after which another member takes over from one that was killed.
                ("session.timeout.ms", "10000"),
                // The time within which new topics and partitions are found.
                ("topic.metadata.refresh.interval.ms", "10000"),
                // Prefetched messages use memory. When this much is used, a partition is not fetched for the time below, so it must be more
                // than is read in this time.
                ("queued.max.messages.kbytes", "8192"),
                ("fetch.queue.backoff.ms", "20"),
            ],
            [
                ("group.id", _options.Group),
                ("enable.auto.commit", "false"),
                ("enable.auto.offset.store", "false"),
                ("auto.offset.reset", "earliest"),
                ("partition.assignment.strategy", "cooperative-sticky"),
                ("statistics.interval.ms", "1000"),
                ("dotnet.consumer.consume.result.fields", "headers,timestamp,topic"),
            ]);
        return new ConsumerBuilder<byte[]?, byte[]?>(configuration)
            .SetKeyDeserializer(Deserializers.ByteArray!)
            .SetValueDeserializer(Deserializers.ByteArray!)
            .SetPartitionsAssignedHandler((_, partitions) => Take(partitions))
            .SetPartitionsRevokedHandler((_, partitions) => GiveUp(partitions))
            .SetPartitionsLostHandler((_, partitions) => Lose(partitions))
            .SetErrorHandler((_, error) => Hear(error))
            .SetLogHandler((_, message) => _notices.Log(message))
            .SetStatisticsHandler((_, statistics) => _gauges.Lags = ClientStatistics.ReadLags(statistics, _partitions.Contains))
            .Build();
    }

    private void Hear(Error error)
    {
        _notices.Trouble(error);
        // The first assignment cannot be expected soon.
        if (error.Code == ErrorCode.Local_AllBrokersDown)
            _joined();
    }

    private void NoteDurable()
    {
        using var durable = _pipeline.TakeDurable(out var tally);
        if (durable is null)
            return;
        _gauges.Count(tally);
        KafkaMetrics.Published(_options.Topic, tally);
        foreach (var (partition, next) in durable.Next)
            _commits.Note(partition, next);
    }

    private void WaitForRoom()
    {
        if (!_paused)
        {
            if (_pipeline.WaitForPublished(PauseAfter))
                return;
            _logger.LogWarning("Kafka source {Topic}: the store does not accept its messages. {Count} partitions are paused until it does.", _options.Topic, _partitions.Count);
            _paused = _pauseAgain = _gauges.IsPaused = true;
        }
        // Partitions that were assigned since must be paused too.
        if (_pauseAgain)
            _consumer.Pause(_consumer.Assignment);
        _pauseAgain = false;
        if (!_pipeline.WaitForPublished(TimeSpan.Zero))
            Read(Idle);
    }

    private void Resume()
    {
        if (!_paused)
            return;
        _consumer.Resume(_consumer.Assignment);
        _paused = _gauges.IsPaused = false;
        _logger.LogInformation("Kafka source {Topic}: the store accepts messages again. Reading of {Count} partitions continues.", _options.Topic, _partitions.Count);
    }

    private TimeSpan WaitForMessage()
    {
        if (_pipeline.Patience is not { } patience)
            return Idle;
        return patience < Soon ? Soon : patience < Idle ? patience : Idle;
    }

    private void Read(TimeSpan most)
    {
        try
        {
            if (_consumer.Consume((int)most.TotalMilliseconds) is not { Message: not null } read)
                return;
            _notices.Well();
            // Without an owned partition, the message belongs to another member, which reads it.
            if (_partitions.Find(read.Topic, read.Partition.Value) is { } partition)
                _pipeline.Add(read, partition);
        }
        catch (ConsumeException failure) when (!failure.Error.IsFatal)
        {
            // The topic does not exist or cannot be read, or a broker is unreachable. librdkafka keeps trying.
            _notices.Trouble(failure.Error);
            _joined();
        }
    }

    private void Take(List<TopicPartition> partitions)
    {
        _partitions.Add(partitions);
        _pauseAgain = _paused;
        _notices.Well();
        NoteAssignment("were assigned", partitions);
        _joined();
    }

    private void GiveUp(List<TopicPartitionOffset> partitions)
    {
        try
        {
            if (!_isLeaving)
                Drain();
        }
        finally
        {
            foreach (var partition in partitions)
                _partitions.Remove(partition.TopicPartition);
            NoteAssignment("were released", partitions.Select(p => p.TopicPartition));
        }
    }

    /// <summary>
    /// Makes the messages that were read durable and commits their offsets, so that the next owner does not read them again. It takes
    /// bounded time, because it must not stop the group.
    /// </summary>
    /// <returns>Whether the coordinator has answered.</returns>
    private bool Drain()
    {
        var begun = _time.GetTimestamp();
        while (!_pipeline.IsEmpty)
        {
            _pipeline.TryPublish();
            var left = Left();
            if (left <= TimeSpan.Zero || !_pipeline.WaitForPublished(left))
            {
                _logger.LogWarning("Kafka source {Topic}: partitions were released after {Handover}, with messages not yet stored. These are read again; duplicates are recognized.", _options.Topic, _options.Handover);
                break;
            }
            NoteDurable();
        }
        if (_commits.CommitNow(Left() > CommitPatience ? Left() : CommitPatience))
            return true;
        _logger.LogWarning("Kafka source {Topic}: partitions were released after {Handover}, but the commit of their offsets was not confirmed in time. Some messages can be read again; duplicates are recognized.", _options.Topic, _options.Handover);
        return false;

        TimeSpan Left() => _options.Handover - _time.GetElapsedTime(begun);
    }

    // Another member already owns them. Messages in progress can still become durable; when they are read again, they are recognised.
    private void Lose(List<TopicPartitionOffset> partitions)
    {
        foreach (var partition in partitions)
            _partitions.Remove(partition.TopicPartition);
        NoteAssignment("were lost", partitions.Select(p => p.TopicPartition));
    }

    private void NoteAssignment(string what, IEnumerable<TopicPartition> partitions)
    {
        _gauges.Partitions = _partitions.Count;
        _logger.LogInformation("Kafka source {Topic}: partitions {What}: {Partitions}. This source now reads {Count}.",
            _options.Topic, what, string.Join(", ", partitions.Select(p => $"{p.Topic}/{p.Partition.Value}").DefaultIfEmpty("none")), _partitions.Count);
    }
}
