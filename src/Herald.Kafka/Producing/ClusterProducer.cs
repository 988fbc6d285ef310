using System.Globalization;
using Confluent.Kafka;
using Herald.Kafka.Clusters;
using Herald.Kafka.Metrics;
using Microsoft.Extensions.Logging;

namespace Herald.Kafka.Producing;

/// <summary>
/// The producer of one cluster. It is idempotent: what it sends again on its own cannot overtake or double. One that has failed for good is replaced.
/// While no broker answers it says so at once, and asks every second whether one does.
/// </summary>
internal sealed class ClusterProducer : IDisposable
{
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(1), AskFor = TimeSpan.FromSeconds(1), LastReports = TimeSpan.FromSeconds(5);

    /// <summary>While there is no connection librdkafka looks for one without a pause, so it is not asked for long. It goes on connecting by itself.</summary>
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(50);

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
    private bool _isAsking;
    private Task _asking;

    /// <param name="who">For the log.</param>
    /// <param name="queueing">What lies in the queue longer is not sent any more, and reported as failed.</param>
    /// <exception cref="KafkaSetupException">The client does not take its configuration.</exception>
    public ClusterProducer(string who, KafkaCluster cluster, TimeSpan queueing, TimeProvider time, ILogger logger)
    {
        (_who, _cluster, _queueing, _time, _logger) = (who, cluster, queueing, time, logger);
        _notices = new ClientNotices(who, cluster, time, logger);
        // It may fail for good at once, on its own thread, and is replaced only when it is known here.
        lock (_lock)
            _life = Begin();
        _isAsking = true;
        _asking = AskInBackground();
    }

    /// <summary>No broker answers.</summary>
    public bool IsAway => _isAway;

    public string Servers => _cluster.Address.Servers;

    /// <summary>Complete when a broker has answered, or none does.</summary>
    public Task Warm => _answered.Task;

    /// <param name="reported">Called once, on the client's thread.</param>
    /// <returns>The reason why it could not even be queued.</returns>
    public Error? Produce(string topic, Message<byte[]?, byte[]> message, Action<Error> reported)
    {
        var life = _life;
        try
        {
            life.Client.Produce(topic, message, report =>
            {
                if (report.Error.IsFatal)
                    Replace(life);
                reported(report.Error);
            });
            return null;
        }
        catch (ProduceException<byte[]?, byte[]> failure)
        {
            if (failure.Error.IsFatal)
                Replace(life);
            return failure.Error;
        }
        catch (ObjectDisposedException)
        {
            // It was replaced at this moment.
            return new Error(ErrorCode.Local_State, "the producer has just been made anew");
        }
    }

    /// <summary>Asks where a topic is, so that its first message need not wait for that. It blocks for a second at most.</summary>
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
        _stopping.Cancel();
        Task asking;
        lock (_lock)
            asking = _asking;
        asking.Wait();
        // Nobody waits for reports by now; what is still queued has been given up.
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
                // A topic that is not there is told soon, and not after all the time that there is.
                ("topic.metadata.propagation.max.ms", "3000"),
                // As Java's clients do it: a key is in the same partition, whoever has sent it.
                ("partitioner", "murmur2_random"),
                // Room for what has been given up by who sent it, and not by the client.
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

    // A thread of its own: asking blocks, and the pool may have as few threads as the machine has cores.
    private Task AskInBackground() => Task.Factory.StartNew(AskUntilAnswered, default, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void AskUntilAnswered()
    {
        var patience = AskFor;
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                using var admin = new DependentAdminClientBuilder(_life.Client.Handle).Build();
                admin.GetMetadata(patience);
            }
            catch (Exception failure) when (failure is KafkaException or ObjectDisposedException)
            {
                // One that is connected may be far away.
                patience = failure is KafkaException { Error.Code: ErrorCode.Local_TimedOut } ? AskFor : Glance;
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
            // All that was queued is reported as failed, one after another: only the first of them is news.
            if (_life != failed || _stopping.IsCancellationRequested)
                return;
            _life = Begin();
        }
        KafkaMetrics.ProducerFailed();
        _logger.LogWarning("{Who}: the producer of the cluster {Cluster} had failed for good, and was made anew.", _who, _cluster);
        // Not here: this is the client's own thread, which has reports left to tell before it can end.
        _ = Task.Factory.StartNew(() => End(failed), default, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private static void End(Life failed)
    {
        failed.Client.Flush(LastReports);
        failed.Client.Dispose();
    }

    /// <summary>A producer until it fails for good.</summary>
    private sealed class Life
    {
        public IProducer<byte[]?, byte[]> Client = null!;
    }
}
