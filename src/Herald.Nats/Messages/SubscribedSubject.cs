using System.Buffers;
using NATS.Client.Core;

namespace Herald.Nats.Messages;

/// <summary>
/// One subject of a subscription. NATS.Net calls it on its reading loop for each message, with the bytes as they came. NATS.Net's own
/// subscriptions bound the messages but not the bytes, and end at a header that they cannot parse.
/// </summary>
internal sealed class SubscribedSubject(NatsConnection client, string subject, string? queue, NatsSubscription subscription)
    : NatsSubBase(client, client.SubscriptionManager, subject, queue, opts: null)
{
    protected override ValueTask ReceiveInternalAsync(
        string subject, string? replyTo, ReadOnlySequence<byte>? headersBuffer, ReadOnlySequence<byte> payloadBuffer)
    {
        subscription.Take(NatsMessage.Copy(subject, replyTo, headersBuffer ?? ReadOnlySequence<byte>.Empty, payloadBuffer));
        return ValueTask.CompletedTask;
    }

    // The subscription completes its buffer itself, because it can have several subjects.
    protected override void TryComplete()
    {
    }
}
