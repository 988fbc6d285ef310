using System.Text.Unicode;
using Herald.Engine.Basics;
using Herald.Engine.Events;

namespace Herald.Engine.Sources;

/// <summary>
/// Converts any message into an event: the message's key is the key, its value the payload. The headers <c>id</c>, <c>type</c>,
/// <c>content-type</c> and <c>traceparent</c> become the fields of that name.
/// </summary>
/// <remarks>Other headers become attributes, as far as they are UTF-8 and within the bounds.</remarks>
public sealed class PlainReader : IMessageReader
{
    private const int LongestKey = IntakeOptions.MaxKeyBytes / 2;
    private readonly AttributeBuffer _attributes = new();
    private readonly byte[] _id = new byte[IntakeOptions.MaxIdBytes], _key = new byte[IntakeOptions.MaxKeyBytes], _name = new byte[256];

    public string? Read(in SourceMessage message, out EventDraft draft)
    {
        draft = new EventDraft { Payload = message.Value, TimeMs = message.TimeMs, HasId = true, Attributes = _attributes };
        _attributes.Clear();
        if (message.IsTombstone)
            _ = _attributes.Add("tombstone"u8, "true"u8);
        foreach (var header in message.Headers)
        {
            var value = header.Value.Span;
            switch (header.Name)
            {
                case "id":
                    draft.Id = value;
                    break;
                case "type":
                    draft.Type = value;
                    break;
                case "content-type":
                    draft.ContentType = value;
                    break;
                case "traceparent":
                    draft.Trace = value;
                    break;
                default:
                    AddAttribute(header.Name, value);
                    break;
            }
        }
        if (draft.Id.IsEmpty)
            draft.Id = message.Place.WriteId(message.TimeMs, _id);
        if (draft.ContentType.IsEmpty)
            draft.ContentType = LooksLikeJson(message.Value) ? "application/json"u8 : "application/octet-stream"u8;
        if (message.Key.IsEmpty)
            return null;
        draft.HasKey = true;
        draft.Key = message.Key;
        if (Utf8.IsValid(message.Key))
            return null;
        if (message.Key.Length > LongestKey)
            return $"key: it is not text, so it is written in hexadecimal, and its {message.Key.Length} bytes "
                + $"are more than the {LongestKey} that fit.";
        _ = Convert.TryToHexStringLower(message.Key, _key, out var length);
        draft.Key = _key.AsSpan(0, length);
        return null;
    }

    // Headers were made for other readers. A header that cannot be an attribute is left out; the message must not fail because of it.
    private void AddAttribute(string name, ReadOnlySpan<byte> value)
    {
        if (Utf8.FromUtf16(name, _name, out _, out var length) == System.Buffers.OperationStatus.Done)
            _ = _attributes.Add(_name.AsSpan(0, length), value);
    }

    private static bool LooksLikeJson(ReadOnlySpan<byte> value) => value.TrimStart(" \t\r\n"u8) is [(byte)'{' or (byte)'[', ..];
}
