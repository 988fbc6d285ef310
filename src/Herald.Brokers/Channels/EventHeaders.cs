using System.Globalization;
using System.Text;
using Herald.Engine.Channels;

namespace Herald.Brokers.Channels;

/// <summary>The headers that tell a receiver which event a message is. Empty ones are left out.</summary>
public static class EventHeaders
{
    public const string Id = "herald-id", Topic = "herald-topic", EventId = "herald-event-id", Sequence = "herald-sequence";
    public const string Type = "type", ContentType = "content-type", Trace = "traceparent";

    public static void AddTo<THeaders>(THeaders headers, in Attempt attempt, Action<THeaders, string, ReadOnlySpan<byte>> add)
    {
        ArgumentNullException.ThrowIfNull(add);
        var view = attempt.Event;
        Add(Id, Encoding.ASCII.GetBytes(attempt.MessageId));
        Add(Topic, view.Topic);
        Add(EventId, view.Id);
        Add(Sequence, Encoding.ASCII.GetBytes(attempt.Sequence.ToString(CultureInfo.InvariantCulture)));
        Add(Type, view.Type);
        Add(ContentType, view.ContentType);
        Add(Trace, view.Trace);

        void Add(string name, ReadOnlySpan<byte> value)
        {
            if (!value.IsEmpty)
                add(headers, name, value);
        }
    }
}
