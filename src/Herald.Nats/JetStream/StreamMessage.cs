using System.Text.Json;
using Herald.Nats.Connecting;
using Herald.Nats.Subscriptions;
using Herald.Nats.Wire;

namespace Herald.Nats.JetStream;

/// <summary>
/// A message that a consumer has delivered. Until it is acknowledged, the consumer delivers it again; acknowledgements go at most once, as everything that is published
/// does, so one that is lost means one delivery more.
/// </summary>
public sealed class StreamMessage
{
    private static readonly byte[] Ack = "+ACK"u8.ToArray(), Nak = "-NAK"u8.ToArray(), Progress = "+WPI"u8.ToArray(), Term = "+TERM"u8.ToArray();
    private readonly NatsConnection _connection;
    private readonly NatsMessage _message;
    private readonly string _ackSubject;

    private StreamMessage(NatsConnection connection, NatsMessage message, DeliveryPlace place) =>
        (_connection, _message, Place, _ackSubject) = (connection, message, place, message.ReplyTo!);

    public DeliveryPlace Place { get; }
    public NatsMessage Message => _message;
    public string Subject => _message.Subject;
    public MessageHeaders Headers => _message.Headers;
    public ReadOnlyMemory<byte> Payload => _message.Payload;

    /// <returns>Null when it is not of a stream.</returns>
    public static StreamMessage? Of(NatsConnection connection, NatsMessage message) =>
        DeliveryPlace.TryParse(message.ReplyToBytes, out var place) ? new(connection, message, place) : null;

    /// <summary>It is done. Complete when that is among what is sent next.</summary>
    public ValueTask AckAsync(CancellationToken cancel) => TellAsync(Ack, cancel);

    /// <summary>It is done, and the server says that it knows.</summary>
    /// <exception cref="NatsTimeoutException">It does not say so in time.</exception>
    public Task AckConfirmedAsync(TimeSpan timeout, CancellationToken cancel) => _connection.RequestAsync(new(_ackSubject, Ack), timeout, cancel);

    /// <summary>It is not done: it is delivered again, at once or after a delay.</summary>
    public ValueTask NakAsync(TimeSpan delay, CancellationToken cancel) => TellAsync(
        delay > TimeSpan.Zero ? [.. Nak, (byte)' ', .. JsonSerializer.SerializeToUtf8Bytes(new(Nanoseconds.Of(delay)), ApiJson.Default.NakRequest)] : Nak, cancel);

    /// <summary>It is not done, and the server says that it knows: whoever asks after that gets it before what follows it.</summary>
    /// <exception cref="NatsTimeoutException">It does not say so in time.</exception>
    public Task NakConfirmedAsync(TimeSpan timeout, CancellationToken cancel) => _connection.RequestAsync(new(_ackSubject, Nak), timeout, cancel);

    /// <summary>It never will be done: it is not delivered again.</summary>
    public ValueTask TerminateAsync(CancellationToken cancel) => TellAsync(Term, cancel);

    /// <summary>It takes longer: the ack wait begins anew.</summary>
    public ValueTask ProgressAsync(CancellationToken cancel) => TellAsync(Progress, cancel);

    private ValueTask TellAsync(byte[] what, CancellationToken cancel) => _connection.PublishAsync(new(_ackSubject, what), cancel);
}
