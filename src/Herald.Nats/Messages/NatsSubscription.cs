using System.Runtime.CompilerServices;
using Herald.Brokers.Feeds;
using Herald.Nats.Clusters;
using Microsoft.Extensions.Logging;

namespace Herald.Nats.Messages;

/// <summary>
/// The messages to one or several subjects, in the order in which they came. A slow reader does not delay others: messages for which there
/// is no room are dropped, as NATS allows, and counted in <see cref="Dropped"/>.
/// </summary>
public sealed class NatsSubscription : IAsyncDisposable
{
    private readonly ClusterConnection _connection;
    private readonly ILogger _logger;
    private readonly MessageBuffer<NatsMessage> _messages;
    private long _dropped;
    private volatile bool _isSlow, _isOver;

    internal NatsSubscription(
        ClusterConnection connection, IReadOnlyList<string> subjects, string? queue, SubscriptionBounds bounds, ILogger logger)
    {
        (_connection, Subjects, Queue, _logger) = (connection, subjects, queue, logger);
        Missing = new(subjects);
        _messages = new(bounds.Messages, bounds.Bytes);
    }

    /// <summary>The number of messages that were dropped since the subscription began.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Messages have been dropped, and the buffer is still more than half full.</summary>
    public bool IsSlow => _isSlow && _messages.IsHalfFull;

    /// <summary>The number of messages that wait to be read.</summary>
    public int Waiting => _messages.Count;

    /// <summary>The bytes of the messages that wait to be read.</summary>
    public long WaitingBytes => _messages.Bytes;

    internal IReadOnlyList<string> Subjects { get; }
    internal string? Queue { get; }

    /// <summary>Subjects that are not subscribed yet. Only <see cref="Subscribing"/> takes from it.</summary>
    internal Queue<string> Missing { get; }

    /// <summary>The present attempt to subscribe the missing subjects; null before the first one, and after one that failed.</summary>
    internal Task? Subscribing { get; set; }

    /// <summary>Reads until the subscription ends.</summary>
    /// <exception cref="NatsRefusedException">The server denies a subject.</exception>
    public async IAsyncEnumerable<NatsMessage> ReadAllAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        while (await WaitAsync(cancel).ConfigureAwait(false))
        {
            while (TryRead(out var message))
                yield return message;
        }
    }

    /// <returns>Null when the subscription has ended.</returns>
    /// <exception cref="NatsRefusedException">The server denies a subject.</exception>
    public async ValueTask<NatsMessage?> ReadAsync(CancellationToken cancel)
    {
        while (await WaitAsync(cancel).ConfigureAwait(false))
        {
            if (TryRead(out var message))
                return message;
        }
        return null;
    }

    /// <returns>False when the subscription has ended and all is read.</returns>
    /// <exception cref="NatsRefusedException">The server denies a subject.</exception>
    public ValueTask<bool> WaitAsync(CancellationToken cancel) => _messages.WaitAsync(cancel);

    public bool TryRead([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out NatsMessage? message) => _messages.TryTake(out message);

    /// <summary>Ends the subscription. Completes when all messages that the server had sent have come; they can still be read.</summary>
    public async Task DrainAsync(CancellationToken cancel)
    {
        try
        {
            await _connection.LeaveAsync(this, drain: true, cancel).ConfigureAwait(false);
        }
        finally
        {
            End(null);
        }
    }

    /// <summary>Ends the subscription at once. Messages that have come can still be read.</summary>
    public async ValueTask DisposeAsync()
    {
        End(null);
        await _connection.LeaveAsync(this, drain: false, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Called on the reading loop of the connection, which must not wait.</summary>
    internal void Take(NatsMessage message)
    {
        if (_messages.TryAdd(message, message.Size) || _isOver)
            return;
        // One warning each time it becomes slow.
        if (!IsSlow)
            _logger.LogWarning(
                "NATS subscription {Subjects}: it is read too slowly, and messages are dropped ({Dropped} until now).",
                string.Join(", ", Subjects), Dropped);
        _isSlow = true;
        Interlocked.Increment(ref _dropped);
    }

    /// <param name="failure">Why it ends; null when it ends normally.</param>
    internal void End(NatsException? failure)
    {
        _isOver = true;
        _messages.Complete(failure);
    }
}
