using Confluent.Kafka;
using Herald.Brokers;
using Herald.Brokers.Feeds;
using Herald.Brokers.Sinks;
using Herald.Engine.Sources;
using Herald.Kafka.Clusters;
using Herald.Kafka.Metrics;
using Microsoft.Extensions.Logging;

namespace Herald.Kafka.Sources;

/// <summary>One life of a consumer. A thread reads messages into a bounded buffer, from which the pump takes them.</summary>
/// <remarks>
/// Each turn of the thread's loop has these steps:
/// <list type="number">
/// <item>Commit the offsets of durable messages periodically.</item>
/// <item>
/// If there is no room, wait a little. If that does not help, the store is unavailable: pause the partitions and continue polling, which
/// keeps the consumer in the group for as long as it takes.
/// </item>
/// <item>Otherwise read a message.</item>
/// </list>
/// Partitions are assigned and revoked during polling. Those that leave are drained first, for a bounded time.
/// </remarks>
internal sealed class KafkaFeed : IMessageFeed
{
    /// <summary>How long the loop sleeps when nothing happens. A stop waits for it.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(100);

    /// <summary>Pausing discards prefetched messages, so it is for stores that are unavailable, not for slow ones.</summary>
    private static readonly TimeSpan PauseAfter = TimeSpan.FromSeconds(1);

    /// <summary>The minimum time for a commit in progress before the client is left open because of it.</summary>
    private static readonly TimeSpan CommitPatience = TimeSpan.FromSeconds(1);

    /// <summary>The time that librdkafka needs to leave a group whose broker does not answer.</summary>
    private static readonly TimeSpan Leaving = TimeSpan.FromSeconds(20);

    /// <summary>The memory of a message beside its key and its value, roughly.</summary>
    private const int MessageBytes = 200;

    private readonly KafkaOptions _options;
    private readonly KafkaRoute _route;
    private readonly IMessageSink _sink;
    private readonly KafkaCluster _cluster;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ClientNotices _notices;
    private readonly TaskCompletionSource<bool> _joined = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Used by the thread.
    private readonly IConsumer<byte[]?, byte[]?> _consumer;
    private readonly OwnedPartitions _partitions;
    private readonly OffsetCommits _commits;
    private bool _paused, _pauseAgain, _isLeaving;

    // Shared by the thread and the pump. The monitor is pulsed when the pump makes progress.
    private readonly MessageBuffer<(ConsumeResult<byte[]?, byte[]?> Read, OwnedPartition Partition)> _buffer;
    private readonly object _progress = new();
    private long _read, _kept;
    private volatile bool _isStopping, _isOver, _isAbandoned;
    private volatile int _assigned;
    private volatile IReadOnlyList<PartitionLag> _lags = [];

    /// <summary>Reused for the headers of one message after another.</summary>
    private SourceHeader[] _headers = [];

    /// <exception cref="BrokerSetupException">The client does not accept its configuration.</exception>
    public KafkaFeed(KafkaCluster cluster, KafkaOptions options, KafkaRoute route, IMessageSink sink, TimeProvider time, ILogger logger)
    {
        (_cluster, _options, _route, _sink, _time, _logger) = (cluster, options, route, sink, time, logger);
        _notices = new ClientNotices($"Kafka source {route.To}", cluster, time, logger);
        _partitions = new OwnedPartitions(place => new(place, cluster.Name, options.Group, Keep));
        _buffer = new(options.BatchEvents, options.BatchBytes);
        _consumer = cluster.Make(Build);
        _commits = new OffsetCommits(_consumer, time, _notices.Trouble);
        new Thread(Live) { IsBackground = true, Name = $"kafka source {route.To}" }.Start();
    }

    /// <summary>Whether partitions are assigned. It completes, too, when there is a reason why that can take long.</summary>
    public Task<bool> Ready => _joined.Task;

    /// <summary>The number of partitions that are assigned now.</summary>
    public int Partitions => _assigned;

    public IReadOnlyList<PartitionLag> Lags => _lags;

    public ValueTask<bool> WaitAsync(CancellationToken cancel) => _buffer.WaitAsync(cancel);

    public bool TryTake(FeedBatch into)
    {
        if (!_buffer.TryTake(out var next))
            return false;
        Pulse();
        var (read, message) = (next.Read, next.Read.Message);
        into.Add(
            new SourceMessage
            {
                Place = new(next.Partition.Stream, read.Partition.Value, read.Offset.Value),
                Key = message.Key,
                Value = message.Value,
                IsTombstone = message.Value is null,
                Headers = HeadersOf(message.Headers),
                TimeMs = message.Timestamp.Type == TimestampType.NotAvailable ? null : message.Timestamp.UnixTimestampMs,
            },
            next.Partition,
            read.Offset.Value + 1);
        return true;
    }

    public Task StopAsync(CancellationToken cancel)
    {
        _isStopping = true;
        Pulse();
        return Task.CompletedTask;
    }

    /// <summary>Leaves the group and ends the client. The pump has ended, so nothing more becomes durable.</summary>
    public async ValueTask DisposeAsync()
    {
        _isStopping = _isOver = true;
        Pulse();
        using var patience = new CancellationTokenSource();
        if (await Task.WhenAny(_ended.Task, Task.Delay(Leaving, _time, patience.Token)) != _ended.Task)
            _logger.LogWarning("Kafka source {Topic}: the client of the cluster {Cluster} does not stop in time. Herald stops without waiting for it.", _route.To, _cluster);
        await patience.CancelAsync();
    }

    /// <summary>Ends without leaving the group, which detects the loss by itself, as if the process had been killed.</summary>
    internal ValueTask AbandonAsync()
    {
        _isAbandoned = true;
        return DisposeAsync();
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
            .SetPartitionsAssignedHandler((_, partitions) => Own(partitions))
            .SetPartitionsRevokedHandler((_, partitions) => GiveUp(partitions))
            .SetPartitionsLostHandler((_, partitions) => Lose(partitions))
            .SetErrorHandler((_, error) => Hear(error))
            .SetLogHandler((_, message) => _notices.Log(message))
            .SetStatisticsHandler((_, statistics) => _lags = ClientStatistics.ReadLags(statistics, _partitions.Contains))
            .Build();
    }

    private void Live()
    {
        Exception? failure = null;
        try
        {
            Run();
        }
        catch (Exception broken) when (broken is not OutOfMemoryException)
        {
            // A fatal error of the client, or a defect. The source reads again from the committed offsets.
            failure = broken;
        }
        _buffer.Complete(failure);
        try
        {
            if (!_isAbandoned)
                Leave();
        }
        catch (Exception unclean) when (unclean is not OutOfMemoryException)
        {
            _logger.LogError(unclean, "Kafka source {Topic}: the source could not leave its group cleanly; the group notices that later by its timeout.", _route.To);
        }
        try
        {
            // The client must not be disposed during a commit.
            if (_commits.Wait(CommitPatience))
                _consumer.Dispose();
            else
                _commits.WhenEnded(_consumer.Dispose);
        }
        finally
        {
            _ended.TrySetResult();
        }
    }

    private void Run()
    {
        _consumer.Subscribe(_route.From);
        while (!_isStopping)
        {
            // 1.
            _commits.CommitIfDue();
            // 2.
            if (_buffer.IsFull)
            {
                WaitForRoom();
                continue;
            }
            // 3.
            Resume();
            Read();
        }
    }

    /// <summary>Leaves the group. What was read is made durable first, as in any other hand-over.</summary>
    /// <exception cref="TimeoutException">The coordinator does not answer.</exception>
    private void Leave()
    {
        // Before the client is closed: a closing client waits for its commits, which end only when the coordinator is back.
        _isLeaving = true;
        if (!Drain())
            throw new TimeoutException($"The coordinator of the group {_options.Group} does not answer.");
        _consumer.Close();
    }

    private void Hear(Error error)
    {
        _notices.Trouble(error);
        // The first assignment cannot be expected soon.
        if (error.Code == ErrorCode.Local_AllBrokersDown)
            _joined.TrySetResult(false);
    }

    private void WaitForRoom()
    {
        if (!_paused)
        {
            if (WaitUntil(() => !_buffer.IsFull || _isStopping, PauseAfter))
                return;
            _logger.LogWarning("Kafka source {Topic}: the store does not accept its messages. {Count} partitions are paused until it does.", _route.To, _partitions.Count);
            _paused = _pauseAgain = true;
        }
        // Partitions that were assigned since must be paused too.
        if (_pauseAgain)
            _consumer.Pause(_consumer.Assignment);
        _pauseAgain = false;
        if (_buffer.IsFull)
            Read();
    }

    private void Resume()
    {
        if (!_paused)
            return;
        _consumer.Resume(_consumer.Assignment);
        _paused = false;
        _logger.LogInformation("Kafka source {Topic}: the store accepts messages again. Reading of {Count} partitions continues.", _route.To, _partitions.Count);
    }

    private void Read()
    {
        try
        {
            if (_consumer.Consume((int)Idle.TotalMilliseconds) is not { Message: { } message } read)
                return;
            _notices.Well();
            // Without an owned partition, the message belongs to another member, which reads it.
            if (_partitions.Find(read.Topic, read.Partition.Value) is not { } partition)
                return;
            Interlocked.Increment(ref _read);
            _buffer.Add((read, partition), (message.Key?.Length ?? 0) + (message.Value?.Length ?? 0) + MessageBytes);
        }
        catch (ConsumeException failure) when (!failure.Error.IsFatal)
        {
            // The topic does not exist or cannot be read, or a broker is unreachable. librdkafka keeps trying.
            _notices.Trouble(failure.Error);
            _joined.TrySetResult(false);
        }
    }

    private List<TopicPartitionOffset> Own(List<TopicPartition> places)
    {
        var begins = places.ConvertAll(place => new TopicPartitionOffset(place, BeginOf(_partitions.Add(place))));
        _pauseAgain = _paused;
        _notices.Well();
        NoteAssignment("were assigned", places);
        _joined.TrySetResult(places.Count > 0);
        return begins;
    }

    /// <summary>The position of the sink, or else the committed offset, which librdkafka finds.</summary>
    private Offset BeginOf(OwnedPartition partition) =>
        _sink.FindPositionAsync(partition.Name, CancellationToken.None).AsTask().GetAwaiter().GetResult() ?? Offset.Unset;

    private void GiveUp(List<TopicPartitionOffset> partitions)
    {
        try
        {
            if (!_isLeaving)
                Drain();
        }
        finally
        {
            Remove("were released", partitions);
        }
    }

    // Another member already owns them. Messages in progress can still become durable; when they are read again, they are recognised.
    private void Lose(List<TopicPartitionOffset> partitions) => Remove("were lost", partitions);

    /// <summary>
    /// Makes the messages that were read durable and commits their offsets, so that the next owner does not read them again. It takes
    /// bounded time, because it must not stop the group.
    /// </summary>
    /// <returns>Whether the coordinator has answered.</returns>
    private bool Drain()
    {
        var begun = _time.GetTimestamp();
        if (!WaitUntil(() => Interlocked.Read(ref _kept) >= _read || _isOver, _options.Handover))
            _logger.LogWarning("Kafka source {Topic}: partitions were released after {Handover}, with messages not yet stored. These are read again; duplicates are recognized.", _route.To, _options.Handover);
        var left = _options.Handover - _time.GetElapsedTime(begun);
        if (_commits.CommitNow(left > CommitPatience ? left : CommitPatience))
            return true;
        _logger.LogWarning("Kafka source {Topic}: partitions were released after {Handover}, but the commit of their offsets was not confirmed in time. Some messages can be read again; duplicates are recognized.", _route.To, _options.Handover);
        return false;
    }

    private void Remove(string what, List<TopicPartitionOffset> partitions)
    {
        foreach (var partition in partitions)
            _partitions.Remove(partition.TopicPartition);
        NoteAssignment(what, partitions.Select(partition => partition.TopicPartition));
    }

    private void NoteAssignment(string what, IEnumerable<TopicPartition> partitions)
    {
        _assigned = _partitions.Count;
        _logger.LogInformation("Kafka source {Topic}: partitions {What}: {Partitions}. This source now reads {Count}.",
            _route.To, what, string.Join(", ", partitions.Select(p => $"{p.Topic}/{p.Partition.Value}").DefaultIfEmpty("none")), _partitions.Count);
    }

    private void Keep(OwnedPartition partition, FeedMark mark)
    {
        _commits.Note(partition, mark.Next);
        Interlocked.Add(ref _kept, mark.Count);
        Pulse();
    }

    private void Pulse()
    {
        lock (_progress)
            Monitor.PulseAll(_progress);
    }

    /// <summary>Blocks the thread until the pump has made the condition true, or the time is over.</summary>
    private bool WaitUntil(Func<bool> condition, TimeSpan most)
    {
        var begun = _time.GetTimestamp();
        lock (_progress)
        {
            while (!condition())
            {
                var left = most - _time.GetElapsedTime(begun);
                if (left <= TimeSpan.Zero || !Monitor.Wait(_progress, left))
                    return condition();
            }
            return true;
        }
    }

    private ReadOnlySpan<SourceHeader> HeadersOf(Headers? headers)
    {
        if (headers is null || headers.Count == 0)
            return [];
        if (_headers.Length < headers.Count)
            _headers = new SourceHeader[headers.Count];
        for (var i = 0; i < headers.Count; i++)
            _headers[i] = new(headers[i].Key, headers[i].GetValueBytes());
        return _headers.AsSpan(0, headers.Count);
    }
}
