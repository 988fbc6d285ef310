using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Herald.Nats.Clusters;
using Herald.Nats.Messages;

namespace Herald.Nats.JetStream;

/// <summary>
/// Reads the messages of a stream in order and without a gap, from a sequence on, through a consumer of its own. Anything else than the
/// next message ends it: messages that were lost with a connection, a message that comes a second time, a deleted consumer. Then the caller
/// begins another one behind the last message that was taken.
/// </summary>
/// <remarks>
/// The name of the consumer is unique. With a shared name, messages of another reader's consumer could come whose numbers happen to fit. In
/// a cluster, the consumer is on the server that leads the stream: a consumer delivers what its own server has, and another replica can
/// lag, or hold messages that never reached a quorum. The next request is sent when half of the requested messages have come, so the server
/// never waits. One caller at a time.
/// </remarks>
public sealed class OrderedReader : IAsyncDisposable
{
    /// <summary>Room for the headers that servers add.</summary>
    private const int HeaderAllowance = 64 << 10;

    /// <summary>Room for messages of the server itself, between those of the stream.</summary>
    private const int StatusRoom = 64;

    private const int Missed = 3, InboxBytes = 15;

    /// <summary>A cluster chooses the server of a consumer at random.</summary>
    private const int MostDraws = 50;

    private static readonly byte[] Ack = "+ACK"u8.ToArray();
    private static readonly TimeSpan Leaving = TimeSpan.FromSeconds(1);

    private readonly ClusterConnection _connection;
    private readonly JetStreamClient _jetStream;
    private readonly CancellationToken _link;
    private readonly string _stream, _inbox;
    private readonly string? _leader;
    private readonly PullBounds _bounds;
    private readonly TimeProvider _time;
    private readonly NatsSubscription _subscription;

    // The last message that was taken, and why no more can be taken.
    private long _lastDelivery, _lastSequence;
    private volatile NatsException? _failure;

    /// <summary>Messages that were requested and have not been taken.</summary>
    private int _asked;

    private OrderedReader(
        ClusterConnection connection, JetStreamClient jetStream, string stream, string? leader, string consumer, long first,
        PullBounds bounds, TimeProvider time, CancellationToken link)
    {
        (_connection, _jetStream, _link, _stream, _leader, Consumer, _bounds, _time) = (connection, jetStream, link, stream, leader, consumer, bounds, time);
        _lastSequence = first - 1;
        // Not below the prefix of NATS.Net's own inboxes: NATS.Net would take these messages and drop them, because their subjects differ.
        _inbox = $"_INBOX.{Convert.ToHexString(RandomNumberGenerator.GetBytes(InboxBytes))}";
        // There is room for twice as many as are requested: a server need not report how much of a request it does not fulfil.
        _subscription = connection.Subscribe(
            _inbox, bounds: new SubscriptionBounds { Messages = (2 * bounds.Messages) + StatusRoom, Bytes = long.MaxValue });
    }

    public string Consumer { get; }

    /// <param name="group">The beginning of the consumer's name, for operators.</param>
    /// <param name="bounds">How much can be under way at once. Bytes can exceed it several times.</param>
    /// <exception cref="NatsException">It cannot begin now.</exception>
    public static async Task<OrderedReader> BeginAsync(
        ClusterConnection connection, JetStreamClient jetStream, string stream, string group, OrderedStart start, PullBounds bounds,
        TimeProvider time, CancellationToken cancel)
    {
        // If the connection breaks in between, the first wait reports it.
        var link = connection.CurrentLink();
        var leader = await jetStream.FindLeaderAsync(stream, cancel).ConfigureAwait(false);
        for (var draws = 0; draws < MostDraws; draws++)
        {
            var consumer = $"{group}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";
            if (await jetStream.BeginConsumerAsync(stream, consumer, start, cancel).ConfigureAwait(false) is not { } server || server == leader)
                return new OrderedReader(connection, jetStream, stream, leader, consumer, start.Sequence, bounds, time, link);
            await jetStream.DeleteConsumerAsync(stream, consumer, cancel).ConfigureAwait(false);
        }
        throw new NatsUnavailableException(
            $"The cluster has placed no consumer on the server '{leader}', which leads the stream '{stream}'.");
    }

    /// <summary>Completes when something has come, which need not be a message.</summary>
    /// <exception cref="NatsException">The reading has ended.</exception>
    public async ValueTask WaitAsync(CancellationToken cancel)
    {
        await AskAsync(cancel).ConfigureAwait(false);
        if (_subscription.Waiting > 0 && _failure is null)
            return;
        var most = Missed * _bounds.Heartbeat;
        using var silence = new CancellationTokenSource(most, _time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, _link, cancel);
        try
        {
            if (_failure is not null)
                throw _failure;
            if (!await _subscription.WaitAsync(any.Token).ConfigureAwait(false))
                throw new NatsUnavailableException("The connection was closed.");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw _link.IsCancellationRequested
                ? new NatsUnavailableException($"The connection broke while Herald waited for messages of the stream '{_stream}'.")
                : new NatsTimeoutException($"The consumer '{Consumer}' of the stream '{_stream}' has sent nothing for {most}.");
        }
    }

    /// <summary>The next message of the stream, if it has come.</summary>
    public bool TryTake(out NatsMessage? message, out DeliveryPlace place)
    {
        while (_failure is null && _subscription.TryRead(out message))
        {
            if (!DeliveryPlace.TryParse(message.ReplyTo, out place))
            {
                Hear(message.Headers);
                continue;
            }
            if (place.Deliveries == 1 && place.ConsumerSequence == _lastDelivery + 1 && place.Sequence > _lastSequence)
            {
                (_lastDelivery, _lastSequence) = (place.ConsumerSequence, place.Sequence);
                _asked--;
                return true;
            }
            _failure = new NatsGapException(string.Create(CultureInfo.InvariantCulture,
                $"The consumer '{Consumer}' of the stream '{_stream}' has delivered message {place.Sequence} as its "
                    + $"{place.ConsumerSequence}th, after message {_lastSequence} as its {_lastDelivery}th"));
        }
        (message, place) = (null, default);
        return false;
    }

    /// <summary>
    /// Acknowledges this message and all before it. It is sent at most once: only the figures that operators see of the consumer depend on
    /// it.
    /// </summary>
    /// <param name="receipt">The message's <see cref="NatsMessage.ReplyTo"/>.</param>
    public ValueTask AckAsync(string receipt, CancellationToken cancel) => _connection.PublishAsync(new(receipt, Ack), cancel);

    /// <summary>Ends the reading if the server of the consumer no longer leads the stream. Can be called at any time.</summary>
    public async Task CheckLeaderAsync(CancellationToken cancel)
    {
        try
        {
            if (_leader is not null && await _jetStream.FindLeaderAsync(_stream, cancel).ConfigureAwait(false) is var now && now != _leader)
                _failure ??= new NatsUnavailableException($"The stream '{_stream}' is led by '{now}' now, and no longer by '{_leader}'");
        }
        catch (NatsException)
        {
            // The leader is unknown now. A consumer that is silent ends the reading.
        }
    }

    /// <summary>The number of messages that have not been taken; null when it is unknown now.</summary>
    public async Task<long?> TryMeasureAsync(CancellationToken cancel)
    {
        try
        {
            return await _jetStream.PendingAsync(_stream, Consumer, cancel).ConfigureAwait(false) + _subscription.Waiting;
        }
        catch (NatsException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _subscription.DisposeAsync().ConfigureAwait(false);
        using var patience = new CancellationTokenSource(Leaving, _time);
        try
        {
            await _jetStream.DeleteConsumerAsync(_stream, Consumer, patience.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is NatsException or OperationCanceledException)
        {
            // The server removes it when no client requests messages from it.
        }
    }

    private async ValueTask AskAsync(CancellationToken cancel)
    {
        if (_failure is not null || _asked > _bounds.Messages / 2 || _subscription.WaitingBytes > _bounds.Bytes)
            return;
        var more = _bounds.Messages - _asked;
        var request = new JsonObject
        {
            ["batch"] = more,
            ["max_bytes"] = Math.Max(_bounds.Bytes, _connection.MaxPayload + HeaderAllowance),
            ["expires"] = JetStreamClient.Nanoseconds(_bounds.Expires),
            ["idle_heartbeat"] = JetStreamClient.Nanoseconds(_bounds.Heartbeat),
        };
        await _connection.PublishAsync(
            new($"$JS.API.CONSUMER.MSG.NEXT.{_stream}.{Consumer}", JetStreamClient.Json(request)) { ReplyTo = _inbox },
            cancel).ConfigureAwait(false);
        _asked += more;
    }

    private void Hear(MessageHeaders headers)
    {
        var word = PullStatus.Of(headers);
        if (word.IsEnd)
            _asked = word.Left is { } left ? Math.Max(0, _asked - left) : 0;
        else if (!word.IsHeartbeat)
            _failure = new JetStreamException(
                headers.Status, 0, $"The consumer '{Consumer}' of the stream '{_stream}' reports: {word.Text}");
    }
}
