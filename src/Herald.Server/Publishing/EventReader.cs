using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using Herald.Engine.Basics;
using Herald.Engine.Events;
using Herald.Hosting.Wire;

namespace Herald.Server.Publishing;

/// <summary>
/// Reads the envelope of one event directly from the body into an <see cref="EventDraft"/> of spans, without strings or objects. The
/// payload is the slice of the body as the publisher wrote it. One instance serves many requests.
/// </summary>
internal sealed class EventReader
{
    /// <summary>JSON that is nested deeper is refused, because the parsers of receivers would refuse it too.</summary>
    public const int MaxDepth = 64;
    public const string Fields = "id, key, type, attributes, payload, payloadBase64, contentType, time";

    private readonly AttributeBuffer _attributes = new();
    private readonly Scratch _scratch = new();

    [Flags]
    private enum Field
    {
        None = 0,
        Id = 1,
        Key = 2,
        Type = 4,
        Attributes = 8,
        Payload = 16,
        PayloadBase64 = 32,
        ContentType = 64,
        Time = 128,
    }

    /// <summary>
    /// Reads one event. The JSON reader must stand on the event's first token and is left on its last, whether the event is refused or not,
    /// so that the next event of a batch can be read.
    /// </summary>
    /// <returns>The first rule that the event breaks, or null.</returns>
    /// <exception cref="JsonException">The body is not JSON from here on.</exception>
    public FieldProblem? Read(ref Utf8JsonReader json, ReadOnlySpan<byte> body, ref EventDraft draft)
    {
        _attributes.Clear();
        if (json.TokenType != JsonTokenType.StartObject)
            return RefuseValue(ref json, body, "", "An event must be a JSON object.");

        FieldProblem? problem = null;
        var seen = Field.None;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var field = FieldOf(ref json);
            if (field == Field.None)
            {
                problem = RefuseField(ref json, body, problem, $"Unknown field. Known fields: {Fields}.");
            }
            else if ((seen & field) != 0)
            {
                problem = RefuseField(ref json, body, problem, "Give each field only once.");
            }
            else
            {
                seen |= field;
                json.Read();
                if (problem is null)
                    problem = ReadField(field, ref json, body, ref draft);
                else
                    json.Skip();
            }
        }
        return problem ?? Complete(seen, ref draft);
    }

    /// <summary>Releases the memory that the drafts of this request point to.</summary>
    public void Reset() => _scratch.Reset();

    private FieldProblem? ReadField(Field field, ref Utf8JsonReader json, ReadOnlySpan<byte> body, ref EventDraft draft)
    {
        switch (field)
        {
            case Field.Id:
                draft.HasId = true;
                return ReadText(ref json, body, "/id", ref draft.Id);
            case Field.Key:
                draft.HasKey = true;
                return ReadText(ref json, body, "/key", ref draft.Key);
            case Field.Type:
                return ReadText(ref json, body, "/type", ref draft.Type);
            case Field.ContentType:
                return ReadText(ref json, body, "/contentType", ref draft.ContentType);
            case Field.Payload:
                var start = (int)json.TokenStartIndex;
                json.Skip();
                draft.Payload = body[start..(int)json.BytesConsumed];
                return null;
            case Field.PayloadBase64:
                return ReadBase64(ref json, body, ref draft);
            case Field.Time:
                return ReadTime(ref json, body, ref draft);
            default:
                draft.Attributes = _attributes;
                return ReadAttributes(ref json, body);
        }
    }

    private FieldProblem? ReadText(ref Utf8JsonReader json, ReadOnlySpan<byte> body, string pointer, ref ReadOnlySpan<byte> text)
    {
        if (json.TokenType != JsonTokenType.String)
            return RefuseValue(ref json, body, pointer, "Must be a string. Leave the field out when there is no value.");
        return TryUnescape(ref json, ref text) ? null : FieldProblem.Of(pointer, json.ValueSpan, NotText);
    }

    private const string NotText = "An escape in the string is not a valid character.";

    private bool TryUnescape(ref Utf8JsonReader json, ref ReadOnlySpan<byte> text)
    {
        if (!json.ValueIsEscaped)
        {
            text = json.ValueSpan;
            return true;
        }
        var into = _scratch.Take(json.ValueSpan.Length);
        try
        {
            text = into[..json.CopyString(into)];
            return true;
        }
        catch (InvalidOperationException)
        {
            return false; // A surrogate without its other half.
        }
    }

    private FieldProblem? ReadBase64(ref Utf8JsonReader json, ReadOnlySpan<byte> body, ref EventDraft draft)
    {
        const string Rule = "Must be a string in base64 (RFC 4648, with padding).";
        if (json.TokenType != JsonTokenType.String)
            return RefuseValue(ref json, body, "/payloadBase64", Rule);
        ReadOnlySpan<byte> text = default;
        if (!TryUnescape(ref json, ref text))
            return FieldProblem.Of("/payloadBase64", json.ValueSpan, NotText);
        var into = _scratch.Take(Base64.GetMaxDecodedFromUtf8Length(text.Length));
        if (Base64.DecodeFromUtf8(text, into, out _, out var written) != OperationStatus.Done)
            return FieldProblem.Of("/payloadBase64", text, Rule);
        draft.Payload = into[..written];
        return null;
    }

    private FieldProblem? ReadTime(ref Utf8JsonReader json, ReadOnlySpan<byte> body, ref EventDraft draft)
    {
        const string Rule = $"{TimeText.Rule} {EventTime.Rule}";
        if (json.TokenType != JsonTokenType.String)
            return RefuseValue(ref json, body, "/time", Rule);
        ReadOnlySpan<byte> text = default;
        if (!TryUnescape(ref json, ref text) || !TimeText.TryParse(text, out var time))
            return FieldProblem.Of("/time", json.ValueSpan, Rule);
        var timeMs = time.ToUnixTimeMilliseconds();
        draft.TimeMs = timeMs;
        return EventTime.IsPossible(timeMs) ? null : FieldProblem.Of("/time", json.ValueSpan, EventTime.Rule);
    }

    private FieldProblem? ReadAttributes(ref Utf8JsonReader json, ReadOnlySpan<byte> body)
    {
        if (json.TokenType != JsonTokenType.StartObject)
            return RefuseValue(ref json, body, "/attributes", "Must be an object whose values are strings.");
        FieldProblem? problem = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            ReadOnlySpan<byte> name = default, value = default;
            if (problem is null && !TryUnescape(ref json, ref name))
                problem = FieldProblem.Of("/attributes", json.ValueSpan, NotText);
            json.Read();
            if (problem is not null)
                json.Skip();
            else if (json.TokenType != JsonTokenType.String)
                problem = RefuseValue(ref json, body, $"/attributes/{Escaped(name)}", "The value of an attribute must be a string.");
            else if (!TryUnescape(ref json, ref value))
                problem = FieldProblem.Of($"/attributes/{Escaped(name)}", json.ValueSpan, NotText);
            else
                problem = _attributes.Add(name, value);
        }
        return problem;
    }

    private static FieldProblem? Complete(Field seen, ref EventDraft draft)
    {
        if ((seen & (Field.Payload | Field.PayloadBase64)) == (Field.Payload | Field.PayloadBase64))
            return new("/payloadBase64", "", "Give payload or payloadBase64, not both.");
        if ((seen & (Field.Payload | Field.PayloadBase64)) == 0)
            return new("/payload", "", "An event needs payload (any JSON, also null) or payloadBase64.");
        if ((seen & Field.PayloadBase64) != 0 && draft.ContentType.IsEmpty)
            draft.ContentType = "application/octet-stream"u8;
        return null;
    }

    private static Field FieldOf(ref Utf8JsonReader json)
    {
        if (!json.ValueIsEscaped)
        {
            switch (json.ValueSpan.Length)
            {
                case 2 when json.ValueSpan.SequenceEqual("id"u8): return Field.Id;
                case 3 when json.ValueSpan.SequenceEqual("key"u8): return Field.Key;
                case 4 when json.ValueSpan.SequenceEqual("type"u8): return Field.Type;
                case 4 when json.ValueSpan.SequenceEqual("time"u8): return Field.Time;
                case 7 when json.ValueSpan.SequenceEqual("payload"u8): return Field.Payload;
                case 10 when json.ValueSpan.SequenceEqual("attributes"u8): return Field.Attributes;
                case 11 when json.ValueSpan.SequenceEqual("contentType"u8): return Field.ContentType;
                case 13 when json.ValueSpan.SequenceEqual("payloadBase64"u8): return Field.PayloadBase64;
                default: return Field.None;
            }
        }
        return Field.None; // No publisher escapes letters in these names. If one does, the field is refused as unknown.
    }

    private static FieldProblem RefuseValue(ref Utf8JsonReader json, ReadOnlySpan<byte> body, string pointer, string rule)
    {
        var start = (int)json.TokenStartIndex;
        json.Skip();
        return FieldProblem.Of(pointer, body[start..(int)json.BytesConsumed], rule);
    }

    /// <summary>Refuses a field by its name, and skips its value. Of several problems the first one stays.</summary>
    private static FieldProblem RefuseField(ref Utf8JsonReader json, ReadOnlySpan<byte> body, FieldProblem? earlier, string rule)
    {
        var pointer = earlier is null ? PointerOf(ref json) : "";
        json.Read();
        if (earlier is null && json.TokenType == JsonTokenType.String)
            return FieldProblem.Of(pointer, json.ValueSpan, rule);
        if (earlier is null)
            return RefuseValue(ref json, body, pointer, rule);
        json.Skip();
        return earlier;
    }

    private static string PointerOf(ref Utf8JsonReader json) => "/" + Escaped(json.ValueSpan[..Math.Min(json.ValueSpan.Length, 80)]);

    /// <summary>The name as a step of a JSON pointer.</summary>
    private static string Escaped(ReadOnlySpan<byte> name) =>
        System.Text.Encoding.UTF8.GetString(name).Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
