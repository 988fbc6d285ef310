using Herald.Engine;
using Herald.Engine.Events;
using Herald.Engine.Sources;
using Herald.Engine.Stores;
using Herald.Hosting.Modules;
using Herald.Nats.Clusters;
using Herald.Nats.JetStream;
using Herald.Nats.Messages;
using Herald.Nats.Metrics;
using Microsoft.Extensions.Logging;

namespace Herald.Nats.Sources;

/// <summary>
/// Reads subjects of a NATS cluster into a Herald topic. One node reads a stream, in its order, from a position that Herald's store keeps.
/// Messages that are read again are recognised by their ids.
/// </summary>
/// <remarks>A message without a stream comes at most once, and is lost with a node that has not made it durable yet.</remarks>
/// <param name="reader">Converts messages into events. Only this source uses it.</param>
public sealed class NatsSource(NatsCluster cluster, NatsSourceOptions options, IMessageReader reader, TimeProvider time, ILoggerFactory logging) : ISourcePart
{
    /// <summary>How long a start waits for the cluster. After that, it continues without it.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);

    /// <summary>The pause after a failed reading, before the next one.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly ILogger _logger = logging.CreateLogger("Herald.Nats");
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _began = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private SourceTally _totals;
    private long _dropped;
    private SourceIntake? _intake;
    private ISourcePositions? _positions;
    private SourceSeat? _seat;
    private ClusterConnection? _connection;
    private volatile IArrivals? _arrivals;
    private Task _running = Task.CompletedTask;
    private bool _isDisposed;

    /// <summary>The name for operators; it also chooses the shard whose node reads.</summary>
    internal string Name { get; } = $"nats/{cluster.Name}/{options.Stream ?? string.Join(',', options.Subjects)}/{options.Group}";

    /// <summary>The messages that have become durable since the start.</summary>
    public SourceTally Totals
    {
        get
        {
            lock (_lock)
                return _totals;
        }
    }

    public bool IsConnected => _connection?.IsConnected == true;

    /// <summary>This node is the one that reads now.</summary>
    public bool IsReading => _arrivals is not null;

    /// <summary>The store has no room for the messages that were read.</summary>
    public bool IsPaused => _intake?.IsWaitingForRoom == true;

    /// <summary>The number of messages without a stream that were dropped because there was no room for them.</summary>
    public long Dropped => Interlocked.Read(ref _dropped) + (_arrivals?.Dropped ?? 0);

    /// <summary>The number of messages in the stream that are not durable in Herald yet; null when this node does not read it.</summary>
    public long? Lag => _arrivals?.Lag;

    /// <summary>
    /// Whether a shard runs on a node. If only one node may read, it is the one that runs the shard of the source's name.
    /// </summary>
    internal Func<HeraldEngine, ShardId, bool> Runs { get; init; } = (engine, shard) => engine.Runs(shard);

    /// <summary>Completes when messages can come, or after some seconds; then the source keeps trying by itself.</summary>
    /// <exception cref="NatsSetupException">The source cannot work with its present settings.</exception>
    public async ValueTask StartAsync(HeraldEngine engine, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(engine);
        Check();
        _positions = engine.Positions;
        _intake = new SourceIntake(engine.Intake, engine.Catalog, options.Topic, reader, time, _logger);
        try
        {
            await _intake.StartAsync(cancel);
        }
        catch (ArgumentException refused)
        {
            throw new NatsSetupException($"nats.sources: the topic {refused.Message}", refused);
        }
        if (options.Stream is not null || options.OneReader)
            _seat = new SourceSeat(Name, engine.Log, shard => Runs(engine, shard), time);
        _connection = cluster.Connect(time, _logger);
        NatsMetrics.Show(this);
        _running = Task.Run(LiveAsync, CancellationToken.None);
        try
        {
            await _began.Task.WaitAsync(WarmUp, time, cancel);
        }
        catch (TimeoutException)
        {
            _logger.LogWarning("NATS source {Topic}: nothing can be read from the cluster {Cluster} yet. The source keeps trying.", options.Topic, cluster);
        }
    }

    /// <summary>Messages that are on their way into the log become durable first, for a bounded time.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_connection is null || _isDisposed)
            return;
        _isDisposed = true;
        NatsMetrics.Hide(this);
        await _stopping.CancelAsync();
        await _running;
        await _connection.DisposeAsync();
        _stopping.Dispose();
    }

    private void Check()
    {
        if (options.Subjects.Count == 0)
            throw new NatsSetupException("A source needs at least one subject.");
        foreach (var subject in options.Subjects)
        {
            if (!Subjects.IsPattern(subject))
                throw new NatsSetupException($"'{subject}' is not a subject: use {Subjects.Rule}.");
        }
        for (var i = 1; i < options.Subjects.Count; i++)
        {
            if (options.Subjects.Take(i).FirstOrDefault(other => Subjects.Overlap(other, options.Subjects[i])) is { } twice)
                throw new NatsSetupException($"A message can match both '{twice}' and '{options.Subjects[i]}', and would come twice. Name subjects that cannot match the same message.");
        }
        if (!JetStreamName.IsOne(options.Group))
            throw new NatsSetupException($"The group '{options.Group}' has no valid name: use {JetStreamName.Rule}.");
        if (options.Stream is not null && !JetStreamName.IsOne(options.Stream))
            throw new NatsSetupException($"The stream '{options.Stream}' has no valid name: use {JetStreamName.Rule}.");
    }

    private void Count(SourceTally tally)
    {
        lock (_lock)
            _totals += tally;
        NatsMetrics.Published(options.Topic, tally);
    }

    private async Task LiveAsync()
    {
        try
        {
            if (_seat is { IsOurs: false })
                await SitDownLaterAsync().ConfigureAwait(false);
            while (!_stopping.IsCancellationRequested)
            {
                if (_seat is not null)
                    await _seat.WhenAsync(true, _stopping.Token).ConfigureAwait(false);
                if (!await TryReadAsync().ConfigureAwait(false))
                    await Task.Delay(Pause, time, _stopping.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Stopped.
        }
        catch (NatsRefusedException refused)
        {
            _logger.LogCritical("NATS source {Topic}: it has ended and reads nothing more. Correct the cause and restart Herald. The reason: {Reason}", options.Topic, refused.Message);
        }
    }

    /// <summary>Checks the settings although another node reads.</summary>
    private async Task SitDownLaterAsync()
    {
        try
        {
            await _connection!.WhenConnectedAsync(_stopping.Token).ConfigureAwait(false);
            if (options.Stream is not null)
                await StreamArrivals.PrepareAsync(new JetStreamClient(_connection, WarmUp), options, _stopping.Token).ConfigureAwait(false);
            _began.TrySetResult();
        }
        catch (NatsSetupException wrong)
        {
            _began.TrySetException(wrong);
        }
        catch (NatsException)
        {
            // The node that reads tries again.
        }
    }

    /// <summary>Reads while this node is the one that reads.</summary>
    /// <returns>False when the reading has failed.</returns>
    private async Task<bool> TryReadAsync()
    {
        IArrivals arrivals = options.Stream is null
            ? new SubjectArrivals(_connection!, cluster.Name, options)
            : new StreamArrivals(_connection!, cluster.Name, options, _positions!, time, _logger);
        _arrivals = arrivals;
        _ = TellBeganAsync(arrivals);
        try
        {
            await ReadAsync(arrivals).ConfigureAwait(false);
            return true;
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or NatsRefusedException or OutOfMemoryException))
        {
            _logger.LogError(failure, "NATS source {Topic}: reading has failed. It begins again, and messages of a stream are read again.", options.Topic);
            return false;
        }
        finally
        {
            await arrivals.DisposeAsync().ConfigureAwait(false);
            _arrivals = null;
            Interlocked.Add(ref _dropped, arrivals.Dropped);
        }
    }

    private async Task ReadAsync(IArrivals arrivals)
    {
        using var givingUp = new CancellationTokenSource();
        var reading = new SourceRun(arrivals, _intake!, options, Count, time).RunAsync(givingUp.Token);
        using (var ended = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token))
        {
            var mayNot = _seat?.WhenAsync(false, ended.Token) ?? Task.Delay(Timeout.InfiniteTimeSpan, time, ended.Token);
            await Task.WhenAny(reading, mayNot).ConfigureAwait(false);
            await ended.CancelAsync().ConfigureAwait(false);
        }
        try
        {
            await Task.WhenAll(arrivals.StopAsync(givingUp.Token), reading).WaitAsync(options.Handover, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _logger.LogWarning("NATS source {Topic}: reading ended after {Handover}, with messages not yet stored. Messages of a stream are read again.", options.Topic, options.Handover);
            await givingUp.CancelAsync().ConfigureAwait(false);
            await Ended(reading).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Completes when the task has ended, successfully or not. After that it appends no messages that another node reads again.
    /// </summary>
    private static Task Ended(Task task) => task.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    private async Task TellBeganAsync(IArrivals arrivals)
    {
        try
        {
            await arrivals.Ready.ConfigureAwait(false);
            _began.TrySetResult();
        }
        catch (Exception failure) when (failure is NatsException or NatsSetupException)
        {
            _began.TrySetException(failure);
        }
    }
}
