using System.Buffers;
using Herald.Engine.Events;
using Herald.Engine.Sources;

namespace Herald.Notifications.Posts;

/// <summary>
/// Reads a message about a notification as an event: <c>{"uuid", "txt", "destination", "server_received_timestamp"}</c> of other programs,
/// or what the door of this application has written. The uuid is the key.
/// </summary>
/// <remarks>
/// <para>The id has the uuid and the hash of the content. So a repeat is dropped, and other content with the same uuid reaches the
/// application, which counts it and makes it a dead letter.</para>
/// <para>An expired notification is taken: the time passed while it waited, and its status says so. Nothing else of it differs from what
/// the door accepts.</para>
/// </remarks>
public sealed class NotificationReader : IMessageReader
{
    private const int IdLength = PostUuid.TextLength + 1 + ContentHash.TextLength;

    private readonly PostReader _reader;
    private readonly PostRules _rules;
    private readonly TimeProvider _time;
    private readonly ArrayBufferWriter<byte> _payload = new(1024);
    private readonly byte[] _id = new byte[IdLength];

    internal NotificationReader(PostRules rules, TimeProvider time) =>
        (_rules, _reader, _time) = (rules, new PostReader(rules, isKafka: true), time);

    public string? Read(in SourceMessage message, out EventDraft draft)
    {
        draft = default;
        if (message.IsTombstone)
            return "value = null: A message must contain a notification. A message without a value (a tombstone) contains none.";
        var reading = _reader.Read(message.Value, _time.GetUtcNow().ToUnixTimeMilliseconds());
        if (!reading.IsPost)
            return reading.Describe();
        _payload.ResetWrittenCount();
        PostWriter.Write(reading.Post, _payload);
        var payload = _payload.WrittenSpan;
        if (payload.Length > _rules.MostBytes)
            return $"value = '{payload.Length:N0} bytes': A notification has at most {_rules.MostBytes:N0} bytes (intake.maxPayloadBytes).";
        _ = reading.Post.Uuid.TryFormat(_id, out var length, "D");
        _id[length] = (byte)'/';
        ContentHash.Of(payload).WriteText(_id.AsSpan(length + 1));
        draft = new EventDraft
        {
            Id = _id,
            HasId = true,
            Key = _id.AsSpan(0, length),
            HasKey = true,
            Type = NotificationEvents.PostUtf8,
            ContentType = "application/json"u8,
            Payload = payload,
            TimeMs = reading.ReceivedMs ?? message.TimeMs,
            Trace = message.Trace,
        };
        return null;
    }
}
