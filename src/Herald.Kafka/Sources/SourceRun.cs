using System.Collections.Concurrent;
using Confluent.Kafka;
using Herald.Engine.Sources;
using Herald.Kafka.Clusters;
using Herald.Kafka.Metrics;
using Microsoft.Extensions.Logging;

namespace Herald.Kafka.Sources;

/// <summary>
/// One life of a consumer, on one thread. Each turn of the loop goes like this:
/// <list type="number">
/// <item>What has become durable is noted, and its offsets are committed every now and then.</item>
/// <item>A batch that is full, or has waited long enough, is published, if the one before it has been.</item>
/// <item>Is there no room? Then it waits a little; when that does not help, the store is away: the partitions are paused, and it goes on polling,
/// which is what keeps it a member of the group for as long as it takes.</item>
/// <item>Else it reads a message.</item>
/// </list>
/// Partitions come and go inside the polling. Those that go are drained first, for a bounded time.
/// </summary>
internal sealed class SourceRun : IDisposable
{
    /// <summary>How long the loop sleeps where nothing happens; a stop waits for it.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(100);

    /// <summary>Pausing throws away what was fetched ahead, so it is for stores that are away, not for slow ones.</summary>
    private static readonly TimeSpan PauseAfter = TimeSpan.FromSeconds(1);

    /// <summary>While a batch is published and the next one is due, its end is looked for this often.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(5);

    /// <summary>A rebalance waits for other members; a stop does not wait longer for the rebalance.</summary>
    private static readonly TimeSpan LeavePatience = TimeSpan.FromSeconds(10);

    /// <summary>The least time that a commit under way gets before a client is left open because of it.</summary>
    private static readonly TimeSpan CommitPatience = TimeSpan.FromSeconds(1);

    /// <summary>Clients that must not be ended, not by the garbage collector either.</summary>
    private static readonly ConcurrentBag<object> LeftBehind = [];

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
    private bool _paused, _pauseAgain, _hasBeenAssigned, _hasLeft;

    /// <param name="joined">Called when partitions were assigned, be it none, and when there is a reason why that may take long; every time.</param>
    /// <exception cref="KafkaSetupException">The client does not take its configuration.</exception>
    public SourceRun(
        KafkaCluster cluster, KafkaSourceOptions options, SourceIntake intake, SourceGauges gauges, ClientNotices notices, Action joined, TimeProvider time, ILogger logger)
    {
        (_cluster, _options, _gauges, _notices, _joined, _time, _logger) = (cluster, options, gauges, notices, joined, time, logger);
        _partitions = new OwnedPartitions(cluster.Name);
        _pipeline = new BatchPipeline(intake, options, time);
        _consumer = cluster.Make(Build);
        _commits = new OffsetCommits(_consumer, time, notices.Trouble);
    }

    /// <summary>Reads until it is told to stop.</summary>
    /// <exception cref="KafkaException">The consumer has failed for good.</exception>
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

    /// <summary>
    /// Leaves the group; partitions are drained as in any other hand-over. It is done in steps, because a client that is closed while partitions are being assigned
    /// to it does not end (librdkafka before 2.4), or ends the whole process if these would be its first ones (before 2.3).
    /// </summary>
    /// <exception cref="TimeoutException">The group does not let it go in time, or does not answer.</exception>
    public void Leave()
    {
        var begun = _time.GetTimestamp();
        PollUntil(() => MayBeEnded, begun);
        _consumer.Unsubscribe();
        PollUntil(() => _partitions.Count == 0 && _consumer.Assignment.Count == 0, begun);
        // A client that is closed waits for its commits, and they end when the coordinator is back.
        if (!_commits.Wait(CommitPatience))
            throw new TimeoutException($"The coordinator of the group {_options.Group} does not answer.");
        _hasLeft = true;
        _consumer.Close();
    }

    /// <summary>Without <see cref="Leave"/> it is as if the process had been killed: the group finds out by itself.</summary>
    public void Dispose()
    {
        _pipeline.Dispose();
        if (!_hasLeft && !MayBeEnded)
            LeftBehind.Add(_consumer);
        else if (_commits.Wait(CommitPatience))
            _consumer.Dispose();
        else
            _commits.WhenEnded(_consumer.Dispose);
        _gauges.Partitions = 0;
        _gauges.Lags = [];
        _gauges.IsPaused = false;
    }

    // It has had its first assignment, or has not even been taken into the group.
    private bool MayBeEnded => _hasBeenAssigned || string.IsNullOrEmpty(_consumer.MemberId);

    private IConsumer<byte[]?, byte[]?> Build()
    {
        var configuration = _cluster.Configure(
            [
                // Another member takes over from one that was killed after this time.
                ("session.timeout.ms", "10000"),
                // New topics and partitions are found within this time.
                ("topic.metadata.refresh.interval.ms", "10000"),
                // What is fetched ahead is memory. Where that is full librdkafka fetches nothing for a second (it may be told a shorter time
                // from 2.2 on): it must be more than is read in one.
                ("queued.max.messages.kbytes", "65536"),
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
        // Who waits for the first assignment waits in vain.
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

    /// <summary>What is read meanwhile is not ours any more, or is read again.</summary>
    private void PollUntil(Func<bool> settled, long begun)
    {
        while (!settled())
        {
            if (_time.GetElapsedTime(begun) > LeavePatience)
                throw new TimeoutException($"The group {_options.Group} has been rebalancing for {LeavePatience}.");
            Read(Idle);
        }
    }

    private void WaitForRoom()
    {
        if (!_paused)
        {
            if (_pipeline.WaitForPublished(PauseAfter))
                return;
            _logger.LogWarning("Kafka source {Topic}: the store does not take what was read; {Count} partitions are paused until it does.", _options.Topic, _partitions.Count);
            _paused = _pauseAgain = _gauges.IsPaused = true;
        }
        // Partitions that came since are to be paused too.
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
        _logger.LogInformation("Kafka source {Topic}: the store takes messages again; {Count} partitions are read on.", _options.Topic, _partitions.Count);
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
            // Not ours any more: whoever has the partition reads it.
            if (_partitions.Find(read.Topic, read.Partition.Value) is { } partition)
                _pipeline.Add(read, partition);
        }
        catch (ConsumeException failure) when (!failure.Error.IsFatal)
        {
            // The topic is not there, or may not be read, or a broker is away: librdkafka goes on trying.
            _notices.Trouble(failure.Error);
            _joined();
        }
    }

    private void Take(List<TopicPartition> partitions)
    {
        _hasBeenAssigned = true;
        _partitions.Add(partitions);
        _pauseAgain = _paused;
        _notices.Well();
        NoteAssignment("were assigned", partitions);
        _joined();
    }

    /// <summary>What was read of them becomes durable and is committed, so that the next owner reads nothing again. Bounded: it must not stop the group.</summary>
    private void GiveUp(List<TopicPartitionOffset> partitions)
    {
        var begun = _time.GetTimestamp();
        try
        {
            while (!_pipeline.IsEmpty)
            {
                _pipeline.TryPublish();
                var left = Left();
                if (left <= TimeSpan.Zero || !_pipeline.WaitForPublished(left))
                {
                    _logger.LogWarning("Kafka source {Topic}: partitions were given up after {Handover} with messages under way; they will be read again, and recognised.", _options.Topic, _options.Handover);
                    break;
                }
                NoteDurable();
            }
            if (!_commits.CommitNow(Left() > CommitPatience ? Left() : CommitPatience))
                _logger.LogWarning("Kafka source {Topic}: partitions were given up after {Handover}, and the commit of their offsets was not confirmed in time; some messages may be read again, and recognised.", _options.Topic, _options.Handover);
        }
        finally
        {
            foreach (var partition in partitions)
                _partitions.Remove(partition.TopicPartition);
            NoteAssignment("were given up", partitions.Select(p => p.TopicPartition));
        }

        TimeSpan Left() => _options.Handover - _time.GetElapsedTime(begun);
    }

    // Somebody else has them already. What is under way may become durable: read again, it is recognised.
    private void Lose(List<TopicPartitionOffset> partitions)
    {
        foreach (var partition in partitions)
            _partitions.Remove(partition.TopicPartition);
        NoteAssignment("were lost", partitions.Select(p => p.TopicPartition));
    }

    private void NoteAssignment(string what, IEnumerable<TopicPartition> partitions)
    {
        _gauges.Partitions = _partitions.Count;
        _logger.LogInformation("Kafka source {Topic}: partitions {What}: {Partitions}; it has {Count}.",
            _options.Topic, what, string.Join(", ", partitions.Select(p => $"{p.Topic}/{p.Partition.Value}").DefaultIfEmpty("none")), _partitions.Count);
    }
}
