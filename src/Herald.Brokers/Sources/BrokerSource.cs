using Herald.Brokers.Feeds;
using Herald.Brokers.Metrics;
using Herald.Brokers.Sinks;
using Herald.Engine;
using Herald.Engine.Sources;
using Herald.Hosting.Modules;
using Microsoft.Extensions.Logging;

namespace Herald.Brokers.Sources;

/// <summary>
/// Reads a feed into a sink for as long as the server runs, while this node is the one that reads. After a failure it opens the feed again,
/// at the position that is durable.
/// </summary>
public abstract class BrokerSource : ISourcePart
{
    /// <summary>How long a start waits for the cluster. After that, it continues without it.</summary>
    protected static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);

    /// <summary>The pause after a failed reading, before the next one.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly SourceMetrics _metrics;
    private readonly string _from;
    private readonly BrokerOptions _options;
    private readonly IMessageReader _reader;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource<bool> _began = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private SourceTally _totals;
    private IMessageSink? _sink;
    private SourceLeader? _leader;
    private volatile FeedPump? _pump;
    private volatile IMessageFeed? _feed;
    private Task _running = Task.CompletedTask;
    private bool _isDisposed;

    /// <param name="name">Cluster, topics and group, for operators. It also chooses the shard of <see cref="SourceLeader"/>.</param>
    /// <param name="from">The cluster with its servers, for the log.</param>
    /// <param name="to">The Herald topic.</param>
    /// <param name="reader">Converts messages into events. Only this source uses it.</param>
    protected BrokerSource(
        SourceMetrics metrics, string name, string from, string to, BrokerOptions options, IMessageReader reader, TimeProvider time,
        ILoggerFactory logging)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        (_metrics, Name, _from, Topic, _options, _reader, Time) = (metrics, name, from, to, options, reader, time);
        Logger = logging.CreateLogger($"Herald.{metrics.Broker}");
    }

    public string Name { get; }

    /// <summary>The messages that have become durable since the start.</summary>
    public SourceTally Totals
    {
        get
        {
            lock (_lock)
                return _totals;
        }
    }

    /// <summary>The source waits, because the store does not take the messages that were read.</summary>
    public bool IsPaused => _pump?.IsHeldUp == true;

    /// <summary>This node is one that reads now.</summary>
    public bool IsReading => _feed is not null;

    /// <summary>Makes the sink. Default: messages become events in Herald's log.</summary>
    public Func<HeraldEngine, IMessageSink>? SinkOf { get; init; }

    protected string Topic { get; }
    protected TimeProvider Time { get; }
    protected ILogger Logger { get; }
    protected IMessageFeed? Feed => _feed;
    protected CancellationToken Stopping => _stopping.Token;

    /// <summary>As the log names it.</summary>
    public override string ToString() => $"{_metrics.Broker} source {Topic}";

    /// <summary>Completes when messages can come, or after some seconds; then the source keeps trying by itself.</summary>
    /// <exception cref="BrokerSetupException">The source cannot work with its present settings.</exception>
    public async ValueTask StartAsync(HeraldEngine engine, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(engine);
        Check();
        _sink = SinkOf?.Invoke(engine) ?? new LogSink(new(engine.Intake, engine.Catalog, Topic, _reader, Time, Logger));
        try
        {
            await _sink.StartAsync(cancel);
        }
        catch (ArgumentException refused)
        {
            throw new BrokerSetupException($"{_metrics.Section}.sources: the topic {refused.Message}", refused);
        }
        _leader = Connect(engine);
        // A feed that cannot be opened with these settings ends the start.
        var first = _leader is null ? Open(_sink) : null;
        _metrics.Show(this);
        _running = Task.Run(() => LiveAsync(first), CancellationToken.None);
        var isReady = false;
        try
        {
            isReady = await _began.Task.WaitAsync(WarmUp, Time, cancel);
        }
        catch (TimeoutException)
        {
        }
        if (!isReady)
            Logger.LogWarning("{Source}: nothing can be read from the cluster {Cluster} yet. The source keeps trying.", this, _from);
    }

    /// <summary>Messages that are on their way into the sink become durable first, for a bounded time.</summary>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_isDisposed)
            return;
        _isDisposed = true;
        _metrics.Hide(this);
        await _stopping.CancelAsync();
        await _running;
        await DisconnectAsync();
        _stopping.Dispose();
    }

    /// <exception cref="BrokerSetupException">The source cannot work with its present settings.</exception>
    protected virtual void Check()
    {
    }

    /// <summary>Called once, before the first feed.</summary>
    /// <returns>The leader, if only one node may read.</returns>
    protected virtual SourceLeader? Connect(HeraldEngine engine) => null;

    protected virtual ValueTask DisconnectAsync() => ValueTask.CompletedTask;

    /// <summary>Checks the settings although another node reads. Completes when they are found right, or their check has failed.</summary>
    protected virtual Task<bool> ExamineAsync() => Task.FromResult(true);

    /// <summary>Opens a feed, which begins at once.</summary>
    /// <exception cref="BrokerSetupException">It cannot be opened with the present settings.</exception>
    protected abstract IMessageFeed Open(IMessageSink sink);

    /// <summary>The failure does not go away by itself.</summary>
    protected virtual bool IsFinal(Exception failure) => failure is BrokerSetupException;

    private async Task LiveAsync(IMessageFeed? next)
    {
        try
        {
            if (_leader is { IsOurs: false })
                _ = TellBeganAsync(ExamineAsync());
            do
            {
                if (_leader is not null)
                    await _leader.WhenAsync(true, _stopping.Token);
                if (!await TryReadAsync(next))
                    await Task.Delay(Pause, Time, _stopping.Token);
                next = null;
            }
            while (!_stopping.IsCancellationRequested);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Stopped.
        }
        catch (Exception failure) when (IsFinal(failure))
        {
            Logger.LogCritical(
                "{Source} reads nothing more. Correct the cause and restart Herald. The reason: {Reason}", this, failure.Message);
        }
    }

    /// <summary>Reads while this node is the one that reads.</summary>
    /// <param name="feed">Null to open one.</param>
    /// <returns>False when the reading has failed.</returns>
    private async Task<bool> TryReadAsync(IMessageFeed? feed)
    {
        try
        {
            _feed = feed ??= Open(_sink!);
            _ = TellBeganAsync(feed.Ready);
            await ReadAsync(feed);
            return true;
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or OutOfMemoryException) && !IsFinal(failure))
        {
            Logger.LogError(failure, "{Source}: reading has failed. It begins again with the messages that are not durable.", this);
            return false;
        }
        finally
        {
            if (feed is not null)
                await feed.DisposeAsync();
            (_feed, _pump) = (null, null);
        }
    }

    private async Task ReadAsync(IMessageFeed feed)
    {
        using var givingUp = new CancellationTokenSource();
        var pump = _pump = new FeedPump(feed, _sink!, _options, Count, Time);
        var reading = pump.RunAsync(givingUp.Token);
        using (var ended = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token))
        {
            var mayNot = _leader?.WhenAsync(false, ended.Token) ?? Task.Delay(Timeout.InfiniteTimeSpan, Time, ended.Token);
            await Task.WhenAny(reading, mayNot);
            await ended.CancelAsync();
        }
        var leaving = Task.WhenAll(feed.StopAsync(givingUp.Token), reading);
        try
        {
            await leaving.WaitAsync(_options.Handover, Time);
        }
        catch (TimeoutException) when (!leaving.IsCompleted)
        {
            Logger.LogWarning(
                "{Source}: reading ended after {Handover} with messages that are not durable. They "
                    + "are read again, if the broker keeps them.",
                this, _options.Handover);
            await givingUp.CancelAsync();
            // After this it appends no messages that another node reads again.
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Count(SourceTally tally)
    {
        lock (_lock)
            _totals += tally;
        _metrics.Count(Topic, tally);
    }

    private async Task TellBeganAsync(Task<bool> ready)
    {
        try
        {
            _began.TrySetResult(await ready);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            _began.TrySetException(failure);
        }
    }
}
