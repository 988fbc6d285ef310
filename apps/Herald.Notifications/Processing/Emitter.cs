using System.Text;
using Herald.Engine.Applications;
using Herald.Engine.Events;
using Herald.Engine.Subscriptions;
using Herald.Messages;
using Herald.Notifications.Hosting;
using Herald.Notifications.Posts;
using Herald.Notifications.Recipients;

namespace Herald.Notifications.Processing;

/// <summary>Puts events of the applications into a batch.</summary>
internal static class Emitter
{
    private static readonly byte[] Normal = "normal"u8.ToArray(), High = "high"u8.ToArray();
    private static readonly byte[] DestinationName = Encoding.UTF8.GetBytes(WantedSubscription.DestinationAttribute);
    private static readonly byte[] PriorityName = Encoding.UTF8.GetBytes(WantedSubscription.PriorityAttribute);

    // A buffer has room for the most attributes, which is too much to make for each message.
    [ThreadStatic]
    private static AttributeBuffer? _attributes;

    /// <summary>A message for a channel. The subscriptions choose by its attributes.</summary>
    public static void Send(
        ApplicationBatch batch, Topic sends, Guid uuid, Destination destination, bool isHigh, ReadOnlySpan<byte> message, ReadOnlySpan<byte> trace)
    {
        var attributes = _attributes ??= new AttributeBuffer();
        attributes.Clear();
        _ = attributes.Add(DestinationName, Encoding.UTF8.GetBytes(PostNames.CanonicalOf(destination)));
        _ = attributes.Add(PriorityName, isHigh ? High : Normal);
        var key = Encoding.UTF8.GetBytes($"{uuid:D}");
        batch.Emit(sends, new EventDraft
        {
            Id = key,
            HasId = true,
            Key = key,
            HasKey = true,
            Type = "message"u8,
            Payload = message,
            Attributes = attributes,
            Trace = trace,
        });
    }

    /// <summary>Something for the rules of a recipient.</summary>
    public static void ToRecipient(
        ApplicationBatch batch, Topic recipients, RecipientKey to, string type, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> trace = default) =>
        Emit(batch, recipients, to.Text, type, payload, trace);

    /// <summary>Something about a notification.</summary>
    public static void ToNotification(ApplicationBatch batch, Topic notifications, Guid uuid, string type, ReadOnlySpan<byte> payload) =>
        Emit(batch, notifications, $"{uuid:D}", type, payload, default);

    private static void Emit(
        ApplicationBatch batch, Topic topic, string key, string type, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> trace) =>
        batch.Emit(topic, new EventDraft
        {
            Key = Encoding.UTF8.GetBytes(key),
            HasKey = true,
            Type = Encoding.UTF8.GetBytes(type),
            Payload = payload,
            Trace = trace,
        });
}
