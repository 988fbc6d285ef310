using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Herald.Nats.Connecting;
using Microsoft.Extensions.Logging;

namespace Herald.Nats.Subscriptions;

/// <summary>
/// Messages to one subject or several, in the order in which they came. Whoever reads too slowly holds up nobody else: what there is no room for is dropped,
/// which NATS allows, and <see cref="Dropped"/> counts.
/// </summary>
public sealed class NatsSubscription : IMessageSink, IAsyncDisposable
{
    private readonly NatsConnection _connection;
    private readonly SubscriptionBounds _bounds;
    private readonly ILogger _logger;
    private readonly Channel<NatsMessage> _messages;
    private long _bytes, _dropped;
    private volatile bool _isSlow;

    public NatsSubscription(NatsConnection connection, string subjects, SubscriptionBounds bounds, ILogger logger)
    {
        (_connection, Subjects, _bounds, _logger) = (connection, subjects, bounds, logger);
        // Written by the link's reading loop, which finds it full instead of waiting; read by whoever likes.
        _messages = Channel.CreateBounded<NatsMessage>(new BoundedChannelOptions(bounds.Messages) { SingleWriter = false, FullMode = BoundedChannelFullMode.Wait });
    }

    /// <summary>For people.</summary>
    public string Subjects { get; }

    /// <summary>Given by the connection, once.</summary>
    public IReadOnlyList<long> Sids { get; set; } = [];

    /// <summary>Messages that there was no room for, since it began.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>It has dropped messages, and is still more than half full.</summary>
    public bool IsSlow => _isSlow && (Waiting > _bounds.Messages / 2 || WaitingBytes > _bounds.Bytes / 2);

    /// <summary>Messages that wait to be read.</summary>
    public int Waiting => _messages.Reader.Count;

    /// <summary>Bytes of those.</summary>
    public long WaitingBytes => Interlocked.Read(ref _bytes);

    /// <summary>Complete when there are no more messages, and all are read.</summary>
    public Task Completion => _messages.Reader.Completion;

    /// <summary>Until it has ended.</summary>
    /// <exception cref="NatsRefusedException">The server does not allow this subject.</exception>
    public async IAsyncEnumerable<NatsMessage> ReadAllAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        while (await _messages.Reader.WaitToReadAsync(cancel).ConfigureAwait(false))
        {
            while (TryRead(out var message))
                yield return message;
        }
    }

    /// <returns>Null when it has ended.</returns>
    /// <exception cref="NatsRefusedException">The server does not allow this subject.</exception>
    public async ValueTask<NatsMessage?> ReadAsync(CancellationToken cancel)
    {
        while (await _messages.Reader.WaitToReadAsync(cancel).ConfigureAwait(false))
        {
            if (TryRead(out var message))
                return message;
        }
        return null;
    }

    /// <returns>False when it has ended, and all is read.</returns>
    /// <exception cref="NatsRefusedException">The server does not allow this subject.</exception>
    public ValueTask<bool> WaitAsync(CancellationToken cancel) => _messages.Reader.WaitToReadAsync(cancel);

    public bool TryRead([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out NatsMessage? message)
    {
        if (!_messages.Reader.TryRead(out message))
            return false;
        Interlocked.Add(ref _bytes, -message.Size);
        return true;
    }

    /// <summary>No more messages are asked for. Complete when all that were on their way have come; they can still be read.</summary>
    public async Task DrainAsync(CancellationToken cancel)
    {
        try
        {
            await Task.WhenAll(Sids.Select(_connection.Remove)).WaitAsync(cancel).ConfigureAwait(false);
        }
        catch (NatsUnavailableException)
        {
            // What was on its way is lost with the connection.
        }
        finally
        {
            End();
        }
    }

    /// <summary>Ends it at once; what has come can still be read.</summary>
    public ValueTask DisposeAsync()
    {
        foreach (var sid in Sids)
            _ = _connection.Remove(sid);
        End();
        return ValueTask.CompletedTask;
    }

    void IMessageSink.Take(NatsMessage message)
    {
        var bytes = Interlocked.Add(ref _bytes, message.Size);
        if ((bytes <= _bounds.Bytes || bytes == message.Size) && _messages.Writer.TryWrite(message))
            return;
        Interlocked.Add(ref _bytes, -message.Size);
        // Each time that it becomes slow is told once.
        if (!IsSlow)
            _logger.LogWarning("NATS subscription {Subjects}: it is read too slowly; messages are dropped ({Dropped} until now).", Subjects, Dropped);
        _isSlow = true;
        Interlocked.Increment(ref _dropped);
    }

    void IMessageSink.End(NatsException? failure) => _messages.Writer.TryComplete(failure);

    private void End()
    {
        foreach (var sid in Sids)
            _connection.Forget(sid);
        _messages.Writer.TryComplete();
    }
}
