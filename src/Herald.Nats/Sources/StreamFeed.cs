using System.Globalization;
using Herald.Brokers;
using Herald.Brokers.Clusters;
using Herald.Brokers.Feeds;
using Herald.Brokers.Sinks;
using Herald.Engine.Stores;
using Herald.Nats.Clusters;
using Herald.Nats.JetStream;
using Herald.Nats.Messages;
using Microsoft.Extensions.Logging;

namespace Herald.Nats.Sources;

/// <summary>
/// The messages of a stream in its order, whatever happens. Reading begins at the position that Herald's store has. After anything
/// unexpected, it begins again there. Each reading begins a little earlier than the previous one ended.
/// </summary>
internal sealed class StreamFeed : IMessageFeed
{
    /// <summary>Batches that wait to be taken or are requested, beside the one that is published and the one that is gathered.</summary>
    private const int BatchesAhead = 4;

    /// <summary>
    /// How often the stream must seem to have lost messages. Just after a change of the leader, a stream can report less than it has.
    /// </summary>
    private const int LooksBehind = 10;

    /// <summary>
    /// How many messages before the end of the last reading the next one begins. When the leader of a stream changes, the cluster can lose
    /// the last messages that it had sent, and give their sequences to others. Messages that are read again are recognised by their ids.
    /// </summary>
    private const int Behind = 10_000;

    /// <summary>
    /// Older messages have their sequence for good, and their ids may be forgotten soon, so they are skipped. The clocks of servers can be
    /// wrong by as much.
    /// </summary>
    private static readonly TimeSpan BehindAge = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1), AnswerPatience = TimeSpan.FromSeconds(5),
        Saving = TimeSpan.FromSeconds(2), LagAge = TimeSpan.FromSeconds(10);

    private readonly ClusterConnection _connection;
    private readonly NatsOptions _options;
    private readonly NatsRoute _route;
    private readonly ISourcePositions _positions;
    private readonly IMessageSink _sink;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RepeatedTrouble _trouble;
    private readonly JetStreamClient _jetStream;
    private readonly string _stream, _group;
    private readonly FeedWriter _writer;
    private readonly CancellationTokenSource _stopping = new(), _leaving;
    private readonly TaskCompletionSource<bool> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _measuring;

    // Used by the caller that takes messages; one at a time.
    private Task<StreamReading>? _beginning;
    private string? _positionName;
    private StreamPosition? _position;
    private long _next, _settledBeforeMs;
    private int _behind;

    /// <summary>The stream has other subjects too, and an old server also sends messages to those.</summary>
    private bool _sorts;

    private volatile OrderedReader? _reader;
    private long _pending = -1, _taken, _kept;

    public StreamFeed(
        ClusterConnection connection, string cluster, NatsOptions options, NatsRoute route, ISourcePositions positions, IMessageSink sink,
        TimeProvider time, ILogger logger)
    {
        (_connection, _options, _route, _positions, _sink, _time, _logger) = (connection, options, route, positions, sink, time, logger);
        (_stream, _group) = ($"nats/{cluster}/{route.Stream}", route.Group ?? options.Group);
        _trouble = new RepeatedTrouble(time);
        _writer = new FeedWriter(_stream, time);
        _jetStream = new JetStreamClient(connection, AnswerPatience);
        _leaving = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _measuring = Task.Run(MeasureAsync);
    }

    public Task<bool> Ready => _ready.Task;

    /// <summary>The number of messages in the stream that are not durable in Herald yet; null when it is unknown.</summary>
    public long? Lag =>
        Interlocked.Read(ref _pending) is >= 0 and var pending
            ? pending + Interlocked.Read(ref _taken) - Interlocked.Read(ref _kept)
            : null;

    /// <summary>Creates the stream if it does not exist, and checks that it can be read.</summary>
    /// <exception cref="BrokerSetupException">It cannot be read.</exception>
    /// <exception cref="NatsException">It is unknown whether it can be read.</exception>
    public static async Task<StreamFacts> PrepareAsync(JetStreamClient jetStream, NatsRoute route, CancellationToken cancel)
    {
        var stream = await jetStream.EnsureStreamAsync(
            new StreamSpec(route.Stream!, route.Subject) { Replicas = route.Replicas }, cancel).ConfigureAwait(false);
        return stream.Retention is "limits"
            ? stream
            : throw new BrokerSetupException(
                $"The stream '{route.Stream}' has the retention '{stream.Retention}', and drops what its consumers have read. Herald "
                    + "needs 'limits', to read messages again. Use another stream.");
    }

    public async ValueTask<bool> WaitAsync(CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, _stopping.Token);
        try
        {
            await GoOnAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // Stopped.
        }
        return !_stopping.IsCancellationRequested;
    }

    public bool TryTake(FeedBatch into)
    {
        if (_stopping.IsCancellationRequested || _beginning is not { IsCompletedSuccessfully: true })
            return false;
        var reading = _beginning.Result;
        while (reading.Reader.TryTake(out var message, out var place))
        {
            Interlocked.Exchange(ref _pending, place.Pending);
            if (place.Sequence < _next && place.TimeMs < _settledBeforeMs)
                continue;
            _next = Math.Max(_next, place.Sequence + 1);
            if (_sorts && !_route.Subject.Any(subject => Subjects.Covers(subject, message!.Subject)))
                continue;
            Interlocked.Increment(ref _taken);
            _writer.Add(into, message!, reading, place);
            return true;
        }
        return false;
    }

    public Task StopAsync(CancellationToken cancel) => _stopping.CancelAsync().WaitAsync(cancel);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        _leaving.CancelAfter(Saving);
        await (_position?.WhenSavedAsync() ?? Task.CompletedTask).ConfigureAwait(false);
        await EndAsync().ConfigureAwait(false);
        await _measuring.ConfigureAwait(false);
        _stopping.Dispose();
        _leaving.Dispose();
    }

    private void Keep(StreamReading reading, FeedMark mark)
    {
        Interlocked.Add(ref _kept, mark.Count);
        reading.Position.Save(mark.Next, () => reading.Reader.AckAsync(mark.Receipt!, _leaving.Token).AsTask(), _leaving.Token);
    }

    private async Task GoOnAsync(CancellationToken cancel)
    {
        try
        {
            _beginning ??= BeginAsync(_stopping.Token);
            var reading = await _beginning.WaitAsync(cancel).ConfigureAwait(false);
            await reading.Reader.WaitAsync(cancel).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is NatsException and not NatsRefusedException or BrokerSetupException or StoreUnavailableException)
        {
            if (failure is BrokerSetupException)
                _ready.TrySetException(failure);
            if (_trouble.Note(failure.Message))
                _logger.LogWarning(
                    "NATS source {Topic}: {Reason}. Reading begins again at its position.", _route.To, failure.Message.TrimEnd('.'));
            await EndAsync().ConfigureAwait(false);
            await Task.Delay(Pause, _time, cancel).ConfigureAwait(false);
        }
    }

    private async Task<StreamReading> BeginAsync(CancellationToken cancel)
    {
        await _connection.WhenConnectedAsync(cancel).ConfigureAwait(false);
        var stream = await PrepareAsync(_jetStream, _route, cancel).ConfigureAwait(false);
        _ready.TrySetResult(true);
        var position = await FindPositionAsync(stream, cancel).ConfigureAwait(false);
        _sorts = _route.Subject.Count > 1 && !stream.Subjects.All(its => _route.Subject.Any(ours => Subjects.Covers(ours, its)));
        var bounds = new PullBounds { Messages = BatchesAhead * _options.BatchEvents, Bytes = _options.BatchBytes };
        var start = new OrderedStart(_route.Subject, Math.Max(1, _next - Behind));
        _settledBeforeMs = (_time.GetUtcNow() - BehindAge).ToUnixTimeMilliseconds();
        var reader = await OrderedReader.BeginAsync(
            _connection, _jetStream, _route.Stream!, _group, start, bounds, _time, cancel).ConfigureAwait(false);
        _trouble.Well();
        _reader = reader;
        return new(reader, position, Keep);
    }

    private async ValueTask<StreamPosition> FindPositionAsync(StreamFacts stream, CancellationToken cancel)
    {
        var name = $"{_stream}@{stream.Created}/{_group}";
        if (_position is null || name != _positionName)
        {
            _position = await StreamPosition.ReadAsync(_positions, _sink, name, cancel).ConfigureAwait(false);
            (_positionName, _next) = (name, _position.Next);
        }
        if (_next <= stream.LastSequence + 1)
        {
            _behind = 0;
            return _position;
        }
        var lost = string.Create(CultureInfo.InvariantCulture,
            $"The stream '{_route.Stream}' ends at {stream.LastSequence} but was read up to {_next - 1}. It has lost messages; a "
                + $"server can lose some when it is not shut down");
        if (++_behind < LooksBehind)
            throw new NatsGapException(lost);
        // Other messages get the sequences of the lost ones. Their ids tell which messages are new.
        _logger.LogError(
            "NATS source {Topic}: {Reason}. The stream is read from its beginning. Messages that come again are "
                + "recognised as long as their ids are remembered.",
            _route.To, lost);
        (_position, _next, _behind) = (_position.Again(), 1, 0);
        return _position;
    }

    private async Task EndAsync()
    {
        var ending = _beginning;
        (_beginning, _reader) = (null, null);
        Interlocked.Exchange(ref _pending, -1);
        try
        {
            if (ending is not null)
                await (await ending.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is NatsException or BrokerSetupException or StoreUnavailableException or OperationCanceledException)
        {
            // The reading never began.
        }
    }

    /// <summary>Updates the lag and checks the leader of the stream, also while no messages come.</summary>
    private async Task MeasureAsync()
    {
        using var timer = new PeriodicTimer(LagAge, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false))
            {
                if (_reader is not { } reader)
                    continue;
                await reader.CheckLeaderAsync(_stopping.Token).ConfigureAwait(false);
                if (await reader.TryMeasureAsync(_stopping.Token).ConfigureAwait(false) is { } pending && _reader == reader)
                    Interlocked.Exchange(ref _pending, pending);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Stopped.
        }
    }
}
