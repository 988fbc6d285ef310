using System.Globalization;
using System.Text;
using Herald.Engine.Channels;
using Herald.Nats.JetStream;
using Herald.Nats.Messages;
using NATS.Client.Core;

namespace Herald.Nats.Channels;

/// <summary>
/// Converts an event into a NATS message. The attributes become headers with their names. An attribute that cannot be a header (its name is
/// not printable, or its value has line ends) is left out.
/// </summary>
internal static class MessageWriter
{
    private static readonly byte[] MessageId = Encoding.ASCII.GetBytes(JetStreamClient.MessageIdHeader);

    public static OutgoingMessage Write(in Attempt attempt, string subject)
    {
        var view = attempt.Event;
        var headers = new NatsHeaders();
        foreach (var (name, value) in view)
        {
            if (!IsOwn(name))
                _ = headers.TryAdd(name, value);
        }
        var id = Encoding.ASCII.GetBytes(attempt.MessageId);
        TryAdd(headers, "herald-id"u8, id);
        TryAdd(headers, MessageId, id);
        TryAdd(headers, "herald-topic"u8, view.Topic);
        TryAdd(headers, "herald-event-id"u8, view.Id);
        TryAdd(headers, "herald-sequence"u8, Encoding.ASCII.GetBytes(attempt.Sequence.ToString(CultureInfo.InvariantCulture)));
        if (view.HasKey)
            TryAdd(headers, "key"u8, view.Key);
        TryAdd(headers, "type"u8, view.Type);
        TryAdd(headers, "content-type"u8, view.ContentType);
        TryAdd(headers, "traceparent"u8, view.Trace);
        return new(subject, view.Payload) { Headers = headers };
    }

    // An attribute must not take the place of a header of Herald. Headers that begin with "Nats-" are instructions to servers.
    private static bool IsOwn(ReadOnlySpan<byte> name) =>
        BeginsWith(name, "nats-"u8) || BeginsWith(name, "herald-"u8)
        || name.SequenceEqual("key"u8) || name.SequenceEqual("type"u8) || name.SequenceEqual("content-type"u8) || name.SequenceEqual("traceparent"u8);

    private static bool BeginsWith(ReadOnlySpan<byte> name, ReadOnlySpan<byte> word) => name.Length >= word.Length && Ascii.EqualsIgnoreCase(name[..word.Length], word);

    private static void TryAdd(NatsHeaders headers, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
            _ = headers.TryAdd(name, value);
    }
}
