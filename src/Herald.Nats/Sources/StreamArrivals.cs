using System.Globalization;
using Herald.Engine.Stores;
using Herald.Nats.Clusters;
using Herald.Nats.JetStream;
using Herald.Nats.Messages;
using Microsoft.Extensions.Logging;

namespace Herald.Nats.Sources;

/// <summary>
/// Messages of a stream in its order, whatever happens: read from the position that Herald's store has, and, when anything is not as expected, anew from there. Each time
/// it begins a little earlier.
/// </summary>
internal sealed class StreamArrivals : IArrivals
{
    /// <summary>Batches that wait to be taken, or are asked for, beside the one that is published and the one that is gathered.</summary>
    private const int BatchesAhead = 4;

    /// <summary>A stream whose servers have just changed their leader may not know all that it has for a moment.</summary>
    private const int LooksBehind = 10;

    /// <summary>
    /// Each reading begins so many messages behind where the last one ended. Servers of a cluster may forget the last messages that they had given out when they change
    /// their leader, and give their places to others; what is read again is recognised by its id.
    /// </summary>
    private const int Behind = 10_000;

    /// <summary>What is older has its place for good, and its id may be forgotten soon: it is passed over. Clocks of servers may be wrong by as much.</summary>
    private static readonly TimeSpan BehindAge = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1), AnswerPatience = TimeSpan.FromSeconds(5), Saving = TimeSpan.FromSeconds(2), LagAge = TimeSpan.FromSeconds(10);

    private readonly ClusterConnection _connection;
    private readonly NatsSourceOptions _options;
    private readonly IEventLog _log;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RepeatedTrouble _trouble;
    private readonly JetStreamClient _jetStream;
    private readonly CancellationTokenSource _stopping = new(), _leaving;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _measuring;

    // Used by whoever takes, one at a time.
    private Task<StreamReading>? _beginning;
    private Arrival? _peeked;
    private string? _positionName;
    private StreamPosition? _position;
    private long _next, _settledBeforeMs;
    private int _behind;

    /// <summary>The stream has other subjects, and its server may not know how to leave them out.</summary>
    private bool _sorts;

    private volatile OrderedReader? _reader;
    private long _pending = -1, _taken, _kept;

    public StreamArrivals(ClusterConnection connection, string cluster, NatsSourceOptions options, IEventLog log, TimeProvider time, ILogger logger)
    {
        (_connection, _options, _log, _time, _logger, _trouble) = (connection, options, log, time, logger, new RepeatedTrouble(time));
        Stream = $"nats/{cluster}/{options.Stream}";
        _jetStream = new JetStreamClient(connection, AnswerPatience);
        _leaving = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _measuring = Task.Run(MeasureAsync);
    }

    public string Stream { get; }
    public Task Ready => _ready.Task;
    public long Dropped => 0;
    public long? Lag => Interlocked.Read(ref _pending) is >= 0 and var pending ? pending + Interlocked.Read(ref _taken) - Interlocked.Read(ref _kept) : null;

    /// <summary>Makes the stream if it is not there, and says whether it can be read.</summary>
    /// <exception cref="NatsSetupException">It cannot.</exception>
    /// <exception cref="NatsException">Nobody knows.</exception>
    public static async Task<StreamFacts> PrepareAsync(JetStreamClient jetStream, NatsSourceOptions options, CancellationToken cancel)
    {
        var stream = await jetStream.EnsureStreamAsync(new StreamSpec(options.Stream!, options.Subjects) { Replicas = options.Replicas }, cancel).ConfigureAwait(false);
        return stream.Retention is "limits"
            ? stream
            : throw new NatsSetupException(
                $"The stream '{options.Stream}' has the retention '{stream.Retention}', and drops what its consumers have read; Herald needs 'limits', to read again from where it was: use another stream.");
    }

    public async ValueTask<bool> WaitAsync(CancellationToken cancel)
    {
        while (!_stopping.IsCancellationRequested)
        {
            if (_peeked is not null || TryNext(out _peeked))
                return true;
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, _stopping.Token);
            try
            {
                await GoOnAsync(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                // Stopped.
            }
        }
        return false;
    }

    public bool TryTake(out Arrival arrival)
    {
        var next = _peeked;
        if (next is null && (_stopping.IsCancellationRequested || !TryNext(out next)))
        {
            arrival = default;
            return false;
        }
        (arrival, _peeked) = (next!.Value, null);
        Interlocked.Increment(ref _taken);
        return true;
    }

    public void Keep(in Arrival last, int count)
    {
        Interlocked.Add(ref _kept, count);
        var (message, reading) = (last.Message, last.Reading!);
        reading.Position.Save(last.Place.Sequence + 1, () => reading.Reader.AckAsync(message, _leaving.Token).AsTask(), _leaving.Token);
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

    private bool TryNext(out Arrival? arrival)
    {
        arrival = null;
        if (_beginning is not { IsCompletedSuccessfully: true })
            return false;
        var reading = _beginning.Result;
        while (reading.Reader.TryTake(out var message, out var place))
        {
            Interlocked.Exchange(ref _pending, place.Pending);
            if (place.Sequence < _next && place.TimeMs < _settledBeforeMs)
                continue;
            _next = Math.Max(_next, place.Sequence + 1);
            if (_sorts && !_options.Subjects.Any(subject => Subjects.Covers(subject, message!.Subject)))
                continue;
            arrival = new(message!, place, reading);
            return true;
        }
        return false;
    }

    private async Task GoOnAsync(CancellationToken cancel)
    {
        try
        {
            // Who waits a short time only does not end what has begun.
            _beginning ??= BeginAsync(_stopping.Token);
            var reading = await _beginning.WaitAsync(cancel).ConfigureAwait(false);
            await reading.Reader.WaitAsync(cancel).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is NatsException and not NatsRefusedException or NatsSetupException or StoreUnavailableException)
        {
            if (failure is NatsSetupException)
                _ready.TrySetException(failure);
            if (_trouble.Note(failure.Message))
                _logger.LogWarning("NATS source {Topic}: {Reason}; it goes on from where it was.", _options.Topic, failure.Message.TrimEnd('.'));
            await EndAsync().ConfigureAwait(false);
            await Task.Delay(Pause, _time, cancel).ConfigureAwait(false);
        }
    }

    private async Task<StreamReading> BeginAsync(CancellationToken cancel)
    {
        await _connection.WhenConnectedAsync(cancel).ConfigureAwait(false);
        var stream = await PrepareAsync(_jetStream, _options, cancel).ConfigureAwait(false);
        _ready.TrySetResult();
        var position = await FindPositionAsync(stream, cancel).ConfigureAwait(false);
        _sorts = _options.Subjects.Count > 1 && !stream.Subjects.All(its => _options.Subjects.Any(ours => Subjects.Covers(ours, its)));
        var bounds = new PullBounds { Messages = BatchesAhead * _options.BatchEvents, Bytes = _options.BatchBytes };
        var start = new OrderedStart(_options.Subjects, Math.Max(1, _next - Behind));
        _settledBeforeMs = (_time.GetUtcNow() - BehindAge).ToUnixTimeMilliseconds();
        var reader = await OrderedReader.BeginAsync(_connection, _jetStream, _options.Stream!, _options.Group, start, bounds, _time, cancel).ConfigureAwait(false);
        _trouble.Well();
        _reader = reader;
        return new(reader, position);
    }

    private async ValueTask<StreamPosition> FindPositionAsync(StreamFacts stream, CancellationToken cancel)
    {
        var name = $"{Stream}@{stream.Created}/{_options.Group}";
        if (_position is null || name != _positionName)
        {
            _position = await StreamPosition.ReadAsync(_log, name, cancel).ConfigureAwait(false);
            (_positionName, _next) = (name, _position.Next);
        }
        if (_next <= stream.LastSequence + 1)
        {
            _behind = 0;
            return _position;
        }
        var lost = string.Create(CultureInfo.InvariantCulture,
            $"The stream '{_options.Stream}' ends at {stream.LastSequence}, and was read up to {_next - 1}: it has lost messages, as a server may that was not shut down");
        if (++_behind < LooksBehind)
            throw new NatsGapException(lost);
        // Other messages come in their places. Which of those that it has are others, ids say.
        _logger.LogError("NATS source {Topic}: {Reason}. It is read from its beginning, and what comes again is recognised as long as its id is remembered.", _options.Topic, lost);
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
        catch (Exception failure) when (failure is NatsException or NatsSetupException or StoreUnavailableException or OperationCanceledException)
        {
            // It never began.
        }
    }

    /// <summary>While nothing is taken, nobody else says how much more there is, or that others lead the stream.</summary>
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
