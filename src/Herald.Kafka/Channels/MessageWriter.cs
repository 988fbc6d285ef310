using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Herald.Engine.Channels;

namespace Herald.Kafka.Channels;

/// <summary>
/// Converts an event into a Kafka message. It and the client copy all bytes during the call, so nothing reads the lent event later.
/// </summary>
internal static class MessageWriter
{
    public const string Id = "herald-id";
    public const string Topic = "herald-topic";
    public const string EventId = "herald-event-id";
    public const string Sequence = "herald-sequence";
    public const string Type = "type";
    public const string ContentType = "content-type";
    public const string Trace = "traceparent";

    public static Message<byte[]?, byte[]> Write(in Attempt attempt)
    {
        var view = attempt.Event;
        var headers = new Headers();
        foreach (var (name, value) in view)
            headers.Add(Encoding.UTF8.GetString(name), value.ToArray());
        // They come after the attributes: of two headers with the same name, the last one counts.
        headers.Add(Id, Encoding.ASCII.GetBytes(attempt.MessageId));
        headers.Add(Topic, view.Topic.ToArray());
        headers.Add(EventId, view.Id.ToArray());
        headers.Add(Sequence, Encoding.ASCII.GetBytes(attempt.Sequence.ToString(CultureInfo.InvariantCulture)));
        AddUnlessEmpty(headers, Type, view.Type);
        AddUnlessEmpty(headers, ContentType, view.ContentType);
        AddUnlessEmpty(headers, Trace, view.Trace);
        return new() { Key = view.HasKey ? view.Key.ToArray() : null, Value = view.Payload.ToArray(), Headers = headers };
    }

    private static void AddUnlessEmpty(Headers headers, string name, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
            headers.Add(name, value.ToArray());
    }
}
