using System.Buffers;
using NATS.Client.Core;

namespace Herald.Nats.Messages;

/// <summary>
/// One subject of a subscription. NATS.Net calls it for each message on its reading loop, with the bytes as they came. Its own subscriptions bound messages
/// but not bytes, and a header that they cannot parse ends them.
/// </summary>
internal sealed class SubscribedSubject(NatsConnection client, string subject, string? queue, NatsSubscription subscription)
    : NatsSubBase(client, client.SubscriptionManager, subject, queue, opts: null)
{
    protected override ValueTask ReceiveInternalAsync(string subject, string? replyTo, ReadOnlySequence<byte>? headersBuffer, ReadOnlySequence<byte> payloadBuffer)
    {
        subscription.Take(NatsMessage.Copy(subject, replyTo, headersBuffer ?? ReadOnlySequence<byte>.Empty, payloadBuffer));
        return ValueTask.CompletedTask;
    }

    // The subscription completes its buffer itself, when all of its subjects have ended.
    protected override void TryComplete()
    {
    }
}
