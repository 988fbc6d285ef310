using System.Globalization;
using Confluent.Kafka;
using Herald.Brokers;
using Herald.Kafka.Clusters;
using Herald.Kafka.Metrics;
using Microsoft.Extensions.Logging;

namespace Herald.Kafka.Producers;

/// <summary>
/// The producer of one cluster. It is idempotent: its own retries cannot overtake or duplicate messages. It replaces a client that has
/// failed permanently.
/// </summary>
/// <remarks>While no broker answers, it reports that at once, and asks again and again, with pauses of a second.</remarks>
internal sealed class ClusterProducer : IDisposable
{
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(1), AskFor = TimeSpan.FromSeconds(1),
        LastReports = TimeSpan.FromSeconds(5);

    private readonly string _who;
    private readonly KafkaCluster _cluster;
    private readonly TimeSpan _queueing;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ClientNotices _notices;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Life _life;
    private volatile bool _isAway;
    private bool _isAsking, _isDisposed;
    private Task _asking;

    /// <param name="who">A name for the log.</param>
    /// <param name="queueing">A message that is queued for longer is no longer sent, and is reported as failed.</param>
    /// <exception cref="BrokerSetupException">The client does not accept its configuration.</exception>
    public ClusterProducer(string who, KafkaCluster cluster, TimeSpan queueing, TimeProvider time, ILogger logger)
    {
        (_who, _cluster, _queueing, _time, _logger) = (who, cluster, queueing, time, logger);
        _notices = new ClientNotices(who, cluster, time, logger);
        // The client can fail permanently at once, on its own thread. The lock delays its replacement until it is stored here.
        lock (_lock)
            _life = Begin();
        _isAsking = true;
        _asking = AskInBackground();
    }

    /// <summary>No broker answers.</summary>
    public bool IsAway => _isAway;

    public string Servers => _cluster.Address.Servers;

    /// <summary>Completes when a broker has answered, or when the client reports that none answers.</summary>
    public Task Warm => _answered.Task;

    /// <returns>The report of the brokers, or why the message could not be queued.</returns>
    public Task<Error> ProduceAsync(string topic, Message<byte[]?, byte[]> message)
    {
        var reported = new TaskCompletionSource<Error>(TaskCreationOptions.RunContinuationsAsynchronously);
        var life = _life;
        try
        {
            life.Client.Produce(topic, message, report => Report(report.Error));
        }
        catch (ProduceException<byte[]?, byte[]> failure)
        {
            Report(failure.Error);
        }
        catch (ObjectDisposedException)
        {
            // The client was replaced at this moment.
            Report(new Error(ErrorCode.Local_State, "the producer has just been replaced"));
        }
        return reported.Task;

        void Report(Error error)
        {
            if (error.IsFatal)
                Replace(life);
            reported.TrySetResult(error);
        }
    }

    /// <summary>Locates a topic, so that its first message need not wait for that. Blocks for one second at most.</summary>
    public Error Locate(string topic)
    {
        try
        {
            using var admin = new DependentAdminClientBuilder(_life.Client.Handle).Build();
            return admin.GetMetadata(topic, AskFor).Topics[0].Error;
        }
        catch (KafkaException failure)
        {
            return failure.Error;
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
            return;
        _stopping.Cancel();
        Task asking;
        lock (_lock)
            asking = _asking;
        asking.Wait();
        // No caller waits for reports any more, and queued messages have been given up.
        _life.Client.Dispose();
        _stopping.Dispose();
    }

    private Life Begin()
    {
        var life = new Life();
        life.Client = _cluster.Make(() => Build(life));
        return life;
    }

    private IProducer<byte[]?, byte[]> Build(Life life)
    {
        var configuration = _cluster.Configure(
            [
                ("linger.ms", "2"),
                ("message.timeout.ms", string.Create(CultureInfo.InvariantCulture, $"{_queueing.TotalMilliseconds:0}")),
                // A missing topic is reported after this time, not only after the whole time-out.
                ("topic.metadata.propagation.max.ms", "3000"),
                // As Java's clients do it, so that a key is in the same partition for all senders.
                ("partitioner", "murmur2_random"),
                // Includes room for messages that their sender has given up, but the client has not.
                ("queue.buffering.max.kbytes", "524288"),
            ],
            [("enable.idempotence", "true"), ("acks", "all")]);
        return new ProducerBuilder<byte[]?, byte[]>(configuration)
            .SetKeySerializer(Serializers.ByteArray!)
            .SetValueSerializer(Serializers.ByteArray)
            .SetErrorHandler((_, error) => Note(life, error))
            .SetLogHandler((_, message) => _notices.Log(message))
            .Build();
    }

    private void Note(Life life, Error error)
    {
        _notices.Trouble(error);
        if (error.IsFatal)
            Replace(life);
        else if (error.Code == ErrorCode.Local_AllBrokersDown)
            AskAgain();
    }

    private void AskAgain()
    {
        lock (_lock)
        {
            _isAway = true;
            _answered.TrySetResult();
            if (_isAsking || _stopping.IsCancellationRequested)
                return;
            _isAsking = true;
            _asking = AskInBackground();
        }
    }

    // It has a thread of its own, because the call blocks and the pool can have as few threads as the machine has cores.
    private Task AskInBackground() =>
        Task.Factory.StartNew(AskUntilAnswered, default, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void AskUntilAnswered()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                using var admin = new DependentAdminClientBuilder(_life.Client.Handle).Build();
                admin.GetMetadata(AskFor);
            }
            catch (Exception failure) when (failure is KafkaException or ObjectDisposedException)
            {
                _stopping.Token.WaitHandle.WaitOne(AskEvery);
                continue;
            }
            lock (_lock)
                _isAway = _isAsking = false;
            _answered.TrySetResult();
            _notices.Well();
            return;
        }
    }

    private void Replace(Life failed)
    {
        lock (_lock)
        {
            // All queued messages are reported as failed, one after another. Only the first report replaces the client.
            if (_life != failed || _stopping.IsCancellationRequested)
                return;
            _life = Begin();
        }
        KafkaMetrics.ProducerFailures.Add(1);
        _logger.LogWarning(
            "{Who}: the producer of the cluster {Cluster} failed permanently and was replaced. Deliveries in progress are retried.",
            _who, _cluster);
        // Not on this thread: it belongs to the client, which must deliver its remaining reports before it can end.
        _ = Task.Factory.StartNew(() => End(failed), default, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private static void End(Life failed)
    {
        failed.Client.Flush(LastReports);
        failed.Client.Dispose();
    }

    /// <summary>One client, until it fails permanently.</summary>
    private sealed class Life
    {
        public IProducer<byte[]?, byte[]> Client = null!;
    }
}
