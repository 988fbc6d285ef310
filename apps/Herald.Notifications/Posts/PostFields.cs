using System.Text;
using System.Text.Json;
using Herald.Engine.Basics;
using Herald.Engine.Events;
using Herald.Engine.Sources;
using Herald.Hosting.Problems;
using Herald.Hosting.Text;
using Herald.Messages;
using Herald.Messages.Reading;

namespace Herald.Notifications.Posts;

/// <summary>
/// Collects the fields of one post while its JSON is read, and the problems of each field by itself. <see cref="PostCheck"/> judges how the
/// fields fit together.
/// </summary>
/// <param name="mostProblems">How many problems are kept with their values.</param>
internal sealed class PostFields(PostRules rules, bool isKafka, int mostProblems = Problem.MostErrors)
{
    public const int MostEntries = 50, MostDataBytes = 4 << 10, MostParamsBytes = 64 << 10;
    public const int MostSubjectBytes = 998, MostToBytes = 320, MostPushToBytes = 4 << 10, MostCategory = 63;

    private const int LongestWord = 64;
    private const string OneLine = "The field is one line. Remove line breaks and other control characters.";
    private const string Unicode = "The text is not valid Unicode: bytes that are not UTF-8, or half of a UTF-16 pair.";
    private const string CategoryRule = "Write 1 to 63 lower-case letters, digits and hyphens.";

    private uint _seen, _absent, _refused;
    private int _tooLarge;
    private Dictionary<string, string>? _data, _params;

    public ProblemList Problems { get; } = new(mostProblems);

    /// <summary>Nothing is wrong but that texts are too long.</summary>
    public bool IsOnlyTooLarge => _tooLarge > 0 && _tooLarge == Problems.Count;

    public Guid Uuid { get; private set; }

    public Destination Destination { get; private set; }

    public string? To { get; private set; }

    /// <summary>The recipient is written as an object.</summary>
    public bool IsToObject { get; private set; }

    public string? Text { get; private set; }

    /// <summary>The name by which the post calls its text.</summary>
    public string TextName { get; private set; } = "txt";

    public string? Subject { get; private set; }

    public string? Html { get; private set; }

    public TextMap Data => TextMap.Of(_data);

    public string? Template { get; private set; }

    public TextMap Params => TextMap.Of(_params);

    public long? NotBeforeMs { get; private set; }

    public long? ExpiresMs { get; private set; }

    public MessagePriority Priority { get; private set; } = MessagePriority.Normal;

    public string? Category { get; private set; }

    public string? Unsubscribe { get; private set; }

    public long? ReceivedMs { get; private set; }

    /// <summary>The field is there, with a value that is right by itself.</summary>
    public bool Has(PostField field) => (_seen & ~_absent & ~_refused & Bit(field)) != 0;

    /// <summary>The field is there with a wrong value, which is reported already.</summary>
    public bool IsRefused(PostField field) => (_refused & Bit(field)) != 0;

    public void Refuse(string pointer, string value, string rule) => Problems.Add(FieldProblem.Of(pointer, value, rule));

    /// <summary>Reads the value at which the reader is.</summary>
    public void Read(ref Utf8JsonReader json, PostField field, string name)
    {
        var pointer = $"/{name}";
        if ((_seen & Bit(field)) != 0)
        {
            Refuse(pointer, FieldText.Of(ref json), field == PostField.Text
                ? "The text is there twice: txt and text are names of one field. Remove one."
                : "The field is there twice. Remove one.");
            json.Skip();
            return;
        }
        _seen |= Bit(field);
        if (json.TokenType == JsonTokenType.Null)
        {
            // The same as a field that is not there; the bit still finds a second one.
            _absent |= Bit(field);
            return;
        }
        var known = Problems.Count;
        ReadValue(ref json, field, name, pointer);
        if (Problems.Count > known)
            _refused |= Bit(field);
        // A value of another type than the field's can have values inside.
        json.Skip();
    }

    private static uint Bit(PostField field) => 1u << (int)field;

    private void ReadValue(ref Utf8JsonReader json, PostField field, string name, string pointer)
    {
        switch (field)
        {
            case PostField.Uuid:
                ReadUuid(ref json, pointer);
                break;
            case PostField.Text:
                (TextName, Text) = (name, ReadLongText(ref json, pointer));
                if (Text is not null && string.IsNullOrWhiteSpace(Text))
                    Refuse(pointer, Text, "The text is empty. Write what to tell.");
                break;
            case PostField.Destination:
                ReadDestination(ref json, pointer);
                break;
            case PostField.To:
                ReadTo(ref json, pointer);
                break;
            case PostField.Subject:
                Subject = ReadLine(ref json, pointer, MostSubjectBytes);
                break;
            case PostField.Html:
                Html = ReadLongText(ref json, pointer);
                if (Html is not null && string.IsNullOrWhiteSpace(Html))
                    Refuse(pointer, Html, "The html is empty. Write what to tell, or remove the field.");
                break;
            case PostField.Data:
                _data = ReadMap(ref json, pointer, MostDataBytes);
                break;
            case PostField.Template:
                Template = ReadLine(ref json, pointer, MostToBytes);
                break;
            case PostField.Params:
                _params = ReadMap(ref json, pointer, MostParamsBytes);
                break;
            case PostField.NotBefore:
                NotBeforeMs = ReadTime(ref json, pointer);
                break;
            case PostField.Expires:
                ExpiresMs = ReadTime(ref json, pointer);
                break;
            case PostField.Priority:
                ReadPriority(ref json, pointer);
                break;
            case PostField.Category:
                ReadCategory(ref json, pointer);
                break;
            case PostField.Unsubscribe:
                ReadUnsubscribe(ref json, pointer);
                break;
            case PostField.ReceivedAt:
                ReadReceived(ref json, pointer);
                break;
        }
    }

    private void ReadUuid(ref Utf8JsonReader json, string pointer)
    {
        Span<byte> text = stackalloc byte[LongestWord * FieldRules.LongestEscape];
        if (JsonFields.TryReadText(ref json, text, out var length) && PostUuid.TryParse(text[..length], out var uuid))
            Uuid = uuid;
        else
            Refuse(pointer, FieldText.Of(ref json), PostUuid.Rule);
    }

    private void ReadDestination(ref Utf8JsonReader json, string pointer)
    {
        Span<byte> text = stackalloc byte[LongestWord];
        if (isKafka && json.TokenType == JsonTokenType.Number)
        {
            if (json.TryGetInt32(out var number) && number is >= (int)Destination.Email and <= (int)Destination.Slack)
            {
                // 0, 1 and 2 stand for the first three names, in the order of the documentation, as in Herald.Messages. Programs that write
                // numbers know three destinations; a further one has a name only.
                Destination = (Destination)number;
                return;
            }
        }
        else if (JsonFields.TryReadText(ref json, text, out var length) && PostNames.DestinationOf(text[..length]) is { } named)
        {
            Destination = named;
            return;
        }
        Refuse(pointer, FieldText.Of(ref json), isKafka
            ? "Write EMAIL, SMS, SLACK or PUSH, or 0 for EMAIL, 1 for SMS, 2 for SLACK."
            : "Write EMAIL, SMS, SLACK or PUSH.");
    }

    private void ReadTo(ref Utf8JsonReader json, string pointer)
    {
        if (json.TokenType != JsonTokenType.StartObject)
        {
            To = ReadLine(ref json, pointer, MostPushToBytes);
            return;
        }
        IsToObject = true;
        using var document = JsonDocument.ParseValue(ref json);
        if (CanonicalJson.TryNormalize(document.RootElement, out var text) is { } problem)
            Refuse(pointer, "{…}", problem);
        else if (Encoding.UTF8.GetByteCount(text) > MostPushToBytes)
            Refuse(pointer, text, $"At most {MostPushToBytes:N0} bytes.");
        else
            To = text;
    }

    private void ReadPriority(ref Utf8JsonReader json, string pointer)
    {
        if (ReadLine(ref json, pointer, LongestWord) is not { } text)
            return;
        if (FieldRules.Priority(text) is { } priority)
            Priority = priority;
        else
            Refuse(pointer, text, "Write low, normal or high.");
    }

    private void ReadCategory(ref Utf8JsonReader json, string pointer)
    {
        if (ReadLine(ref json, pointer, MostPushToBytes) is not { } text)
            return;
        Category = text;
        if (!IsCategory(text))
            Refuse(pointer, text, CategoryRule);
    }

    internal static bool IsCategory(string text) =>
        text.Length is > 0 and <= MostCategory && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    private void ReadUnsubscribe(ref Utf8JsonReader json, string pointer)
    {
        if (ReadLine(ref json, pointer, MostPushToBytes) is not { } text)
            return;
        // The form that .NET gives an address must be stable, because the post is read again from it.
        if (FieldRules.Address(text)?.AbsoluteUri is { } address && FieldRules.Address(address)?.AbsoluteUri == address)
            Unsubscribe = address;
        else
            Refuse(pointer, text, FieldRules.Unsubscribe);
    }

    private long? ReadTime(ref Utf8JsonReader json, string pointer)
    {
        Span<byte> text = stackalloc byte[LongestWord];
        if (JsonFields.TryReadText(ref json, text, out var length) && Rfc3339Time.TryParse(text[..length], out var time)
            && EventTime.IsPossible(time.UnixMs))
            return time.UnixMs;
        Refuse(pointer, FieldText.Of(ref json), FieldRules.Time);
        return null;
    }

    private void ReadReceived(ref Utf8JsonReader json, string pointer)
    {
        if (json.TokenType != JsonTokenType.Number)
            ReceivedMs = ReadTime(ref json, pointer);
        else if (json.TryGetInt64(out var ms) && EventTime.IsPossible(ms))
            ReceivedMs = ms;
        else
            Refuse(pointer, FieldText.Of(ref json), "Write a time with its offset, like 2026-01-31T08:30:00Z, or Unix milliseconds.");
    }

    private Dictionary<string, string>? ReadMap(ref Utf8JsonReader json, string pointer, int most)
    {
        if (json.TokenType != JsonTokenType.StartObject)
        {
            Refuse(pointer, FieldText.Of(ref json), "Write an object whose values are strings.");
            return null;
        }
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        var (count, bytes) = (0, 0L);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            count++;
            var name = FieldText.Find(ref json) ?? "";
            json.Read();
            if (!FieldRules.IsDataName(name))
                Refuse(pointer, name, FieldRules.DataName);
            else if (ReadText(ref json, $"{pointer}/{name}", most) is { } value)
            {
                bytes += name.Length + Encoding.UTF8.GetByteCount(value);
                if (!map.TryAdd(name, value))
                    Refuse($"{pointer}/{name}", value, "The name is there twice. Remove one.");
            }
            json.Skip();
        }
        if (count > MostEntries)
            Refuse(pointer, $"{count} values", $"At most {MostEntries} values. Remove some.");
        if (bytes > most)
            Refuse(pointer, $"{bytes:N0} bytes", $"Names and values together have at most {most:N0} bytes.");
        return map;
    }

    /// <summary>A text of one line, without control characters: it can become a part of a header.</summary>
    private string? ReadLine(ref Utf8JsonReader json, string pointer, int most)
    {
        if (ReadText(ref json, pointer, most) is not { } text)
            return null;
        if (!text.AsSpan().ContainsAny(FieldRules.NotInLines))
            return text;
        Refuse(pointer, ProviderText.OneLine(text, most), OneLine);
        return null;
    }

    private string? ReadLongText(ref Utf8JsonReader json, string pointer) =>
        ReadText(ref json, pointer, rules.MostTextBytes, () => _tooLarge++);

    /// <param name="onTooLong">Called when nothing else is wrong with the text.</param>
    private string? ReadText(ref Utf8JsonReader json, string pointer, int most, Action? onTooLong = null)
    {
        if (json.TokenType != JsonTokenType.String)
            Refuse(pointer, FieldText.Of(ref json), "Write a JSON string.");
        // An escape makes a string longer, and never shorter.
        else if (json.ValueSpan.Length > (long)most * FieldRules.LongestEscape)
            RefuseLength(FieldText.Of(ref json));
        else if (FieldText.Find(ref json) is not { } text)
            Refuse(pointer, FieldText.Of(ref json), Unicode);
        else if ((json.ValueIsEscaped ? Encoding.UTF8.GetByteCount(text) : json.ValueSpan.Length) > most)
            RefuseLength(text);
        else if (text.Contains('\0', StringComparison.Ordinal))
            Refuse(pointer, ProviderText.OneLine(text), "The text has a NUL character. Remove it.");
        else
            return text;
        return null;

        void RefuseLength(string value)
        {
            Refuse(pointer, value, $"At most {most:N0} bytes.");
            onTooLong?.Invoke();
        }
    }
}
