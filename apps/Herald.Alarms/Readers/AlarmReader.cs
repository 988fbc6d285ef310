using Herald.Alarms.Messages;
using Herald.Engine.Basics;
using Herald.Engine.Events;
using Herald.Engine.Sources;

namespace Herald.Alarms.Readers;

/// <summary>
/// Reads a message about alarms as an event. Its subject gives its kind; a dot and any text can follow the name. Its user is the key, and
/// the payload is the unchanged message.
/// </summary>
/// <remarks>A correct message causes no allocation.</remarks>
public sealed class AlarmReader : IMessageReader
{
    private const int LongestId = 255;

    private readonly MessageParser _parser = new();
    private readonly byte[] _id = new byte[LongestId];

    public string? Read(in SourceMessage message, out EventDraft draft)
    {
        draft = default;
        if (message.Find("subject") is not { } header)
            return "subject is missing: It tells the kind of the message, AlarmStatusChanged or SendAlarmDigest.";
        var subject = header.Value.Span;
        ReadOnlySpan<byte> type, user;
        string? refusal;
        if (IsOf(subject, AlarmEvents.StatusChangedUtf8))
        {
            refusal = _parser.ReadChange(message.Value, out var change);
            type = AlarmEvents.StatusChangedUtf8;
            user = change.User;
        }
        else if (IsOf(subject, AlarmEvents.SendDigestUtf8))
        {
            refusal = _parser.ReadRequest(message.Value, out var request);
            type = AlarmEvents.SendDigestUtf8;
            user = request.User;
        }
        else
        {
            return $"subject = '{Printable.Of(subject)}': Must be AlarmStatusChanged or "
                + "SendAlarmDigest. More parts can follow after a dot.";
        }
        if (refusal is not null)
            return refusal;
        var id = message.Find("id") is { Value.IsEmpty: false } given ? given.Value.Span : message.Place.WriteId(message.TimeMs, _id);
        draft = new EventDraft
        {
            Id = id,
            HasId = true,
            Key = user,
            HasKey = true,
            Type = type,
            ContentType = "application/json"u8,
            Payload = message.Value,
            TimeMs = message.TimeMs,
            Trace = message.Trace,
        };
        return null;
    }

    private static bool IsOf(ReadOnlySpan<byte> subject, ReadOnlySpan<byte> name) =>
        subject.StartsWith(name) && (subject.Length == name.Length || subject[name.Length] == '.');
}
