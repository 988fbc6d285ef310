using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Herald.Nats.Clusters;
using Herald.Nats.Messages;

namespace Herald.Nats.JetStream;

/// <summary>
/// Messages of a stream in its order and without a gap, from a sequence on, by a consumer of its own. Anything else than the next message ends it: messages that were
/// lost with a connection, one that comes a second time, a consumer that is gone. Then another one begins behind the last message that was taken.
/// </summary>
/// <remarks>
/// Its consumer has a name that no other has. With a name in common, messages could come that another reader's consumer delivers, and whose numbers happen to fit.
/// In a cluster its consumer is on the server that leads the stream: each consumer is told what its own server has, and another one may be behind, or have what was never agreed on.
/// More is asked for when half of what was asked for has come, so the server never waits. Used by one at a time.
/// </remarks>
public sealed class OrderedReader : IAsyncDisposable
{
    /// <summary>Servers add headers of their own.</summary>
    private const int HeaderAllowance = 64 << 10;

    /// <summary>Words of the server that may lie between messages.</summary>
    private const int StatusRoom = 64;

    private const int Missed = 3, InboxBytes = 15;

    /// <summary>Servers of a cluster draw which of them has a consumer.</summary>
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

    // What has been taken, and why nothing more will be.
    private long _lastDelivery, _lastSequence;
    private volatile NatsException? _failure;

    /// <summary>Messages that were asked for and have not been taken.</summary>
    private int _asked;

    private OrderedReader(
        ClusterConnection connection, JetStreamClient jetStream, string stream, string? leader, string consumer, long first, PullBounds bounds, TimeProvider time, CancellationToken link)
    {
        (_connection, _jetStream, _link, _stream, _leader, Consumer, _bounds, _time) = (connection, jetStream, link, stream, leader, consumer, bounds, time);
        _lastSequence = first - 1;
        // Not below the prefix of NATS.Net's own inboxes: it would take the messages, whose subjects are others, and drop them.
        _inbox = $"_INBOX.{Convert.ToHexString(RandomNumberGenerator.GetBytes(InboxBytes))}";
        // As much as is asked for has room, also where a server does not say how much of a pull does not come, and it is asked for twice.
        _subscription = connection.Subscribe(_inbox, bounds: new SubscriptionBounds { Messages = (2 * bounds.Messages) + StatusRoom, Bytes = long.MaxValue });
    }

    public string Consumer { get; }

    /// <param name="group">What the consumer's name begins with, for people.</param>
    /// <param name="bounds">Of all that is under way at once; of bytes it may be some times as much.</param>
    /// <exception cref="NatsException">It cannot begin now.</exception>
    public static async Task<OrderedReader> BeginAsync(
        ClusterConnection connection, JetStreamClient jetStream, string stream, string group, OrderedStart start, PullBounds bounds, TimeProvider time, CancellationToken cancel)
    {
        // If it breaks in between, the first word says so.
        var link = connection.CurrentLink();
        var leader = await jetStream.FindLeaderAsync(stream, cancel).ConfigureAwait(false);
        for (var draws = 0; draws < MostDraws; draws++)
        {
            var consumer = $"{group}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";
            if (await jetStream.BeginConsumerAsync(stream, consumer, start, cancel).ConfigureAwait(false) is not { } server || server == leader)
                return new OrderedReader(connection, jetStream, stream, leader, consumer, start.Sequence, bounds, time, link);
            await jetStream.DeleteConsumerAsync(stream, consumer, cancel).ConfigureAwait(false);
        }
        throw new NatsUnavailableException($"The server '{leader}', which leads the stream '{stream}', takes no consumer.");
    }

    /// <summary>Complete when something has come, which need not be a message.</summary>
    /// <exception cref="NatsException">It has ended.</exception>
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
                ? new NatsUnavailableException($"The connection broke while messages of the stream '{_stream}' were waited for.")
                : new NatsTimeoutException($"The consumer '{Consumer}' of the stream '{_stream}' has said nothing for {most}.");
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
                $"The consumer '{Consumer}' of the stream '{_stream}' has delivered message {place.Sequence} as its {place.ConsumerSequence}th, after message {_lastSequence} as its {_lastDelivery}th"));
        }
        (message, place) = (null, default);
        return false;
    }

    /// <summary>This message and all before it are done. It goes at most once, and nothing hangs on it but what people see of the consumer.</summary>
    public ValueTask AckAsync(NatsMessage last, CancellationToken cancel) => _connection.PublishAsync(new(last.ReplyTo!, Ack), cancel);

    /// <summary>Finds out whether the server that is read from still leads the stream, and ends the reading if it does not. May be called at any time.</summary>
    public async Task CheckLeaderAsync(CancellationToken cancel)
    {
        try
        {
            if (_leader is not null && await _jetStream.FindLeaderAsync(_stream, cancel).ConfigureAwait(false) is var now && now != _leader)
                _failure ??= new NatsUnavailableException($"The stream '{_stream}' is led by '{now}' now, and no longer by '{_leader}'");
        }
        catch (NatsException)
        {
            // Who leads is not known now. What is silent ends by that.
        }
    }

    /// <summary>How many messages there are that have not been taken; null when it cannot be found out now.</summary>
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
            // It goes by itself when nobody asks it.
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
        await _connection.PublishAsync(new($"$JS.API.CONSUMER.MSG.NEXT.{_stream}.{Consumer}", JetStreamClient.Json(request)) { ReplyTo = _inbox }, cancel).ConfigureAwait(false);
        _asked += more;
    }

    private void Hear(MessageHeaders headers)
    {
        var word = PullStatus.Of(headers);
        if (word.IsEnd)
            _asked = word.Left is { } left ? Math.Max(0, _asked - left) : 0;
        else if (!word.IsHeartbeat)
            _failure = new JetStreamException(headers.Status, 0, $"The consumer '{Consumer}' of the stream '{_stream}' says: {word.Text}");
    }
}
