using System.Runtime.CompilerServices;
using System.Text.Json;
using Herald.Nats.Connecting;
using Herald.Nats.Subscriptions;
using Herald.Nats.Wire;

namespace Herald.Nats.JetStream;

/// <summary>A durable consumer, asked for messages. Several may ask for the same one's: each message goes to one of them.</summary>
public sealed class PullConsumer(NatsConnection connection, string stream, string name)
{
    /// <summary>Servers add headers of their own.</summary>
    private const int HeaderAllowance = 64 << 10;

    /// <summary>Words of the server that may lie between the messages of one pull.</summary>
    private const int StatusRoom = 64;

    private static readonly TimeSpan GivingBack = TimeSpan.FromSeconds(1);
    private readonly string _subject = $"$JS.API.CONSUMER.MSG.NEXT.{stream}.{name}";

    /// <summary>
    /// One pull: ends when all that was asked for has come, or the server has waited long enough. What came before a failure is the caller's. When somebody stops reading
    /// early, what has come besides is given back, and delivered again at once.
    /// </summary>
    /// <exception cref="JetStreamException">The consumer is gone, or cannot answer now.</exception>
    /// <exception cref="NatsUnavailableException">There is no connection, or it broke.</exception>
    /// <exception cref="NatsTimeoutException">The server does not even say that it is there.</exception>
    public async IAsyncEnumerable<StreamMessage> FetchAsync(PullBounds bounds, TimeProvider time, [EnumeratorCancellation] CancellationToken cancel)
    {
        var link = connection.CurrentLink();
        var inbox = $"{Inbox.NewPrefix()}1";
        // As much as was asked for has room, so that nothing is dropped.
        await using var subscription = connection.Subscribe(inbox, bounds: new SubscriptionBounds { Messages = bounds.Messages + StatusRoom, Bytes = long.MaxValue });
        var request = new PullRequest(
            bounds.Messages, Math.Max(bounds.Bytes, link.Info.MaxPayload + HeaderAllowance), Nanoseconds.Of(bounds.Expires), Nanoseconds.Of(bounds.Heartbeat));
        var left = bounds.Messages;
        try
        {
            await link.PublishAsync(new(_subject, JsonSerializer.SerializeToUtf8Bytes(request, ApiJson.Default.PullRequest)) { ReplyTo = inbox }, cancel).ConfigureAwait(false);
            while (left > 0)
            {
                var message = subscription.TryRead(out var there) ? there : await WaitAsync(subscription, link, 3 * bounds.Heartbeat, time, cancel).ConfigureAwait(false);
                if (StreamMessage.Of(connection, message) is { } taken)
                {
                    left--;
                    yield return taken;
                }
                else if (IsEnd(message))
                    left = 0;
            }
        }
        finally
        {
            if (left > 0)
                await GiveBackAsync(subscription, time).ConfigureAwait(false);
        }
    }

    private async Task GiveBackAsync(NatsSubscription subscription, TimeProvider time)
    {
        using var patience = new CancellationTokenSource(GivingBack, time);
        try
        {
            await subscription.DrainAsync(patience.Token).ConfigureAwait(false);
            StreamMessage? last = null;
            while (subscription.TryRead(out var message))
            {
                if (StreamMessage.Of(connection, message) is not { } taken)
                    continue;
                if (last is not null)
                    await last.NakAsync(TimeSpan.Zero, patience.Token).ConfigureAwait(false);
                last = taken;
            }
            // Servers take them in order, but not at once: a pull that came in between would be given what follows.
            if (last is not null)
                await last.NakConfirmedAsync(GivingBack, patience.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is NatsException or OperationCanceledException)
        {
            // It is delivered again after the consumer's ack wait.
        }
    }

    private async ValueTask<NatsMessage> WaitAsync(NatsSubscription subscription, Link link, TimeSpan most, TimeProvider time, CancellationToken cancel)
    {
        using var silence = new CancellationTokenSource(most, time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, link.Ended, cancel);
        try
        {
            return await subscription.ReadAsync(any.Token).ConfigureAwait(false) ?? throw new NatsUnavailableException("The connection was closed.");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw link.Ended.IsCancellationRequested
                ? new NatsUnavailableException($"The connection broke while messages of the stream '{stream}' were waited for.")
                : new NatsTimeoutException($"The consumer '{name}' of the stream '{stream}' has said nothing for {most}.");
        }
    }

    /// <returns>Whether the server has nothing more to this pull; false when it only says that it is there.</returns>
    private bool IsEnd(NatsMessage message)
    {
        var word = PullStatus.Of(message.Headers);
        return word.IsEnd || (word.IsHeartbeat ? false : throw new JetStreamException(message.Headers.Status, 0, $"The consumer '{name}' of the stream '{stream}' says: {word.Text}"));
    }
}
