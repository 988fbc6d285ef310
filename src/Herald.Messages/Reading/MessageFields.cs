using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Herald.Engine.Basics;

namespace Herald.Messages.Reading;

/// <summary>Collects the fields of one message while its JSON is read. The first problem ends the reading.</summary>
internal sealed class MessageFields(string id)
{
    private const string NotUnicode = "The text is not valid Unicode: bytes that are not UTF-8, or half of a UTF-16 pair.";

    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _data = new(StringComparer.Ordinal);
    private string? _uuid, _to, _subject, _text, _html, _category;
    private MessagePriority _priority = MessagePriority.Normal;
    private Destination? _destination;
    private DateTimeOffset? _expires;
    private Uri? _unsubscribe;

    public FieldProblem? Problem { get; private set; }

    /// <summary>Reads the property at which the reader is, with its value.</summary>
    public void Read(ref Utf8JsonReader json)
    {
        var name = FieldText.Find(ref json);
        json.Read();
        // One name for the text, so that a message with both has a double field.
        var field = name is "txt" ? "text" : name;
        if (field is null or not ("uuid" or "text" or "html" or "to" or "subject" or "category" or "priority" or "destination" or "expires"
            or "unsubscribe" or "data"))
        {
            json.Skip();
            return;
        }
        if (!_seen.Add(field))
        {
            Refuse($"/{name}", FieldText.Of(ref json), "The field is there twice (txt and text are one field). Remove one.");
            return;
        }
        if (json.TokenType == JsonTokenType.Null)
            return;
        ReadKnown(ref json, field, $"/{name}");
    }

    public void ReadText(ref Utf8JsonReader json, string pointer) => _text = Text(ref json, pointer, FieldRules.MostTextBytes);

    public MessageReading ToMessage()
    {
        if (string.IsNullOrWhiteSpace(_text))
        {
            return new(FieldProblem.Of(
                "/text", _text ?? "missing", $"A message has a text (as text or txt) of 1 to {FieldRules.MostTextBytes:N0} bytes."));
        }
        return new(new Message
        {
            Id = _uuid ?? id,
            Destination = _destination,
            To = _to,
            Subject = _subject,
            Text = _text,
            Html = _html,
            Data = _data.Count == 0 ? Message.NoData : _data,
            Category = _category,
            Priority = _priority,
            Expires = _expires,
            Unsubscribe = _unsubscribe,
        });
    }

    private void ReadKnown(ref Utf8JsonReader json, string field, string pointer)
    {
        switch (field)
        {
            case "uuid":
                _uuid = Chosen(ref json, pointer, FieldRules.Uuid, text => Guid.TryParseExact(text, "D", out _))?.ToLowerInvariant();
                break;
            case "text":
                ReadText(ref json, pointer);
                break;
            case "html":
                _html = Text(ref json, pointer, FieldRules.MostTextBytes);
                break;
            case "to":
                _to = json.TokenType == JsonTokenType.StartObject
                    ? Raw(ref json, pointer)
                    : Line(ref json, pointer, FieldRules.MostToBytes);
                break;
            case "subject":
                _subject = Line(ref json, pointer, FieldRules.MostSubjectBytes);
                break;
            case "category":
                _category = Line(ref json, pointer, FieldRules.MostNameBytes);
                break;
            case "priority":
                if (Chosen(ref json, pointer, "Write low, normal or high.", text => FieldRules.Priority(text) is not null) is { } priority)
                    _priority = FieldRules.Priority(priority)!.Value;
                break;
            case "destination":
                ReadDestination(ref json, pointer);
                break;
            case "expires":
                if (Chosen(ref json, pointer, FieldRules.Time, text => FieldRules.TimeOf(text) is not null) is { } time)
                    _expires = FieldRules.TimeOf(time);
                break;
            case "unsubscribe":
                if (Chosen(ref json, pointer, FieldRules.Unsubscribe, text => FieldRules.Address(text) is not null) is { } address)
                    _unsubscribe = FieldRules.Address(address);
                break;
            case "data":
                ReadData(ref json, pointer);
                break;
            default:
                throw new System.Diagnostics.UnreachableException(field);
        }
    }

    private void ReadDestination(ref Utf8JsonReader json, string pointer)
    {
        if (json.TokenType == JsonTokenType.Number && json.TryGetInt32(out var number) && number is >= 0 and <= (int)Destination.Push)
            _destination = (Destination)number;
        else if (json.TokenType == JsonTokenType.Number)
            Refuse(pointer, FieldText.Of(ref json), FieldRules.Destination);
        else if (Chosen(ref json, pointer, FieldRules.Destination, text => FieldRules.DestinationOf(text) is not null) is { } name)
            _destination = FieldRules.DestinationOf(name);
    }

    private void ReadData(ref Utf8JsonReader json, string pointer)
    {
        if (json.TokenType != JsonTokenType.StartObject)
        {
            Refuse(pointer, FieldText.Of(ref json), "Write an object whose values are strings.");
            return;
        }
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName && Problem is null)
        {
            var name = FieldText.Find(ref json) ?? "";
            json.Read();
            if (!FieldRules.IsDataName(name))
                Refuse(pointer, name, FieldRules.DataName);
            else if (_data.Count == FieldRules.MostData)
                Refuse(pointer, name, $"A message has at most {FieldRules.MostData} data values. Remove some.");
            else if (Text(ref json, $"{pointer}/{name}", FieldRules.MostDataBytes) is { } value && !_data.TryAdd(name, value))
                Refuse($"{pointer}/{name}", value, "The name is there twice. Remove one.");
        }
    }

    private string? Raw(ref Utf8JsonReader json, string pointer)
    {
        using var value = JsonDocument.ParseValue(ref json);
        var bytes = JsonMarshal.GetRawUtf8Value(value.RootElement);
        if (bytes.Length > FieldRules.MostToBytes)
            Refuse(pointer, Printable.Of(bytes), $"At most {FieldRules.MostToBytes:N0} bytes.");
        else if (!Utf8.IsValid(bytes))
            Refuse(pointer, Printable.Of(bytes), NotUnicode);
        else
            return Encoding.UTF8.GetString(bytes);
        return null;
    }

    /// <summary>A text of one line, without control characters: it can become a part of a header.</summary>
    private string? Line(ref Utf8JsonReader json, string pointer, int most)
    {
        if (Text(ref json, pointer, most) is not { } text)
            return null;
        if (!text.AsSpan().ContainsAny(FieldRules.NotInLines))
            return text;
        Refuse(pointer, ProviderText.OneLine(text, most), "The field is one line. Remove line breaks and other control characters.");
        return null;
    }

    private string? Chosen(ref Utf8JsonReader json, string pointer, string rule, Func<string, bool> accepts)
    {
        if (Line(ref json, pointer, FieldRules.MostToBytes) is not { } text)
            return null;
        if (accepts(text))
            return text;
        Refuse(pointer, text, rule);
        return null;
    }

    private string? Text(ref Utf8JsonReader json, string pointer, int most)
    {
        if (json.TokenType != JsonTokenType.String)
            Refuse(pointer, FieldText.Of(ref json), "Write a JSON string.");
        // An escape makes a string longer, and never shorter.
        else if (json.ValueSpan.Length > most * FieldRules.LongestEscape)
            Refuse(pointer, FieldText.Of(ref json), $"At most {most:N0} bytes.");
        else if (FieldText.Find(ref json) is not { } text)
            Refuse(pointer, FieldText.Of(ref json), NotUnicode);
        else if (Encoding.UTF8.GetByteCount(text) > most)
            Refuse(pointer, text, $"At most {most:N0} bytes.");
        else
            return text;
        return null;
    }

    private void Refuse(string pointer, string value, string rule) => Problem ??= FieldProblem.Of(pointer, value, rule);
}
