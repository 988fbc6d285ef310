using Herald.Engine;
using Herald.Engine.Sources;
using Herald.Hosting.Modules;
using Herald.Kafka.Clusters;
using Herald.Kafka.Metrics;
using Microsoft.Extensions.Logging;

namespace Herald.Kafka.Sources;

/// <summary>
/// Reads topics of a Kafka cluster into a Herald topic. An offset is committed only when its message is durable in Herald. A message that
/// is read again is recognised by its id.
/// </summary>
/// <remarks>So each message is accepted once, in the order of its partition, whichever member of the group reads it.</remarks>
/// <param name="reader">Converts messages into events. Only this source uses it.</param>
public sealed class KafkaSource(KafkaCluster cluster, KafkaSourceOptions options, IMessageReader reader, TimeProvider time, ILoggerFactory logging) : ISourcePart
{
    /// <summary>How long a start waits for the cluster. After that, it continues without it.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);

    /// <summary>The pause before a consumer that has failed permanently is replaced.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>The time that librdkafka needs to leave a group whose broker does not answer.</summary>
    private static readonly TimeSpan Leaving = TimeSpan.FromSeconds(20);

    private readonly ILogger _logger = logging.CreateLogger("Herald.Kafka");
    private readonly SourceGauges _gauges = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _joined = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _started, _isDisposed;

    /// <summary>The number of partitions that are assigned to this source now.</summary>
    public int Partitions => _gauges.Partitions;

    /// <summary>The messages that have become durable since the start.</summary>
    public SourceTally Totals => _gauges.Totals;

    /// <summary>The source is paused because the store does not accept the messages that were read.</summary>
    public bool IsPaused => _gauges.IsPaused;

    /// <summary>Completes when the source is a member of its group, or after some seconds; then it keeps trying by itself.</summary>
    /// <exception cref="KafkaSetupException">The source cannot work with its present settings.</exception>
    public async ValueTask StartAsync(HeraldEngine engine, CancellationToken cancel)
    {
        var intake = new SourceIntake(engine.Intake, engine.Catalog, options.Topic, reader, time, _logger);
        try
        {
            await intake.StartAsync(cancel);
        }
        catch (ArgumentException refused)
        {
            throw new KafkaSetupException($"kafka.sources: the topic {refused.Message}", refused);
        }
        var first = Begin(intake);
        _started = true;
        KafkaMetrics.Show(_gauges);
        new Thread(() => Live(first, intake)) { IsBackground = true, Name = $"kafka source {options.Topic}" }.Start();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var late = Task.Delay(WarmUp, time, patience.Token);
        await Task.WhenAny(_joined.Task, late);
        cancel.ThrowIfCancellationRequested();
        if (Partitions == 0)
        {
            _logger.LogWarning("Kafka source {Topic}: the group {Group} of the cluster {Cluster} has assigned no partitions yet. The source keeps trying and reads nothing until then.", options.Topic, options.Group, cluster);
        }
        await patience.CancelAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        await _stopping.CancelAsync();
        if (_started)
        {
            using var patience = new CancellationTokenSource();
            if (await Task.WhenAny(_ended.Task, Task.Delay(options.Handover + Leaving, time, patience.Token)) != _ended.Task)
                _logger.LogWarning("Kafka source {Topic}: the client of the cluster {Cluster} does not stop in time. Herald stops without waiting for it.", options.Topic, cluster);
            await patience.CancelAsync();
            KafkaMetrics.Hide(_gauges);
        }
    }

    private SourceRun Begin(SourceIntake intake)
    {
        var notices = new ClientNotices($"Kafka source {options.Topic}", cluster, time, _logger);
        return new(cluster, options, intake, _gauges, notices, () => _joined.TrySetResult(), time, _logger);
    }

    private void Live(SourceRun run, SourceIntake intake)
    {
        try
        {
            while (true)
            {
                RunOnce(run);
                if (_stopping.Token.WaitHandle.WaitOne(Pause))
                    return;
                run = Begin(intake);
            }
        }
        catch (KafkaSetupException failure)
        {
            // The configuration worked before. For example, librdkafka could not start a thread. There is no caller to report it to.
            _logger.LogCritical("Kafka source {Topic} has ended and reads nothing more. Restart Herald. The reason: {Reason}", options.Topic, failure.Message);
        }
        finally
        {
            _ended.TrySetResult();
        }
    }

    private void RunOnce(SourceRun run)
    {
        using (run)
        {
            // After a fatal error of the client, or a defect, messages that were not committed are read again.
            Try(() => run.Run(_stopping.Token), "reading failed; it starts again at the committed offsets");
            Try(run.Leave, "the source could not leave its group cleanly; the group notices that later by its timeout");
        }
    }

    private void Try(Action action, string otherwise)
    {
        try
        {
            action();
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            _logger.LogError(failure, "Kafka source {Topic}: {What}.", options.Topic, otherwise);
        }
    }
}
