using System.Text;
using System.Text.Json;
using Herald.Engine.Basics;

namespace Herald.Engine.Sources;

/// <summary>
/// Reads messages that are one JSON object. Each wanted field must occur exactly once; other fields are skipped, whatever they contain.
/// </summary>
/// <remarks>An error is a sentence that names field, value and rule. A valid message costs no allocation. Not thread-safe.</remarks>
public sealed class JsonFields
{
    private const int LongestEscape = 6;

    private readonly string[] _names;
    private readonly byte[][] _utf8;
    private readonly byte[] _name;
    private readonly bool _anyCase;

    /// <param name="anyCase">Field names may be written in any letter case.</param>
    /// <param name="names">Field names in ASCII, at most 32. A field is identified by its index in this list.</param>
    public JsonFields(bool anyCase, params string[] names)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(names.Length, 32);
        (_anyCase, _names) = (anyCase, names);
        _utf8 = [.. names.Select(Encoding.ASCII.GetBytes)];
        _name = new byte[LongestEscape * names.Max(name => name.Length)];
    }

    /// <summary>Receives the value of a field.</summary>
    /// <returns>Null, or why the value is refused: see <see cref="Refuse"/>.</returns>
    public delegate string? Taking<in TReader>(TReader reader, int field, ref Utf8JsonReader value);

    /// <param name="wanted">The required fields, one bit for each. Other fields are skipped.</param>
    /// <param name="missing">A sentence that is reported when a required field is missing.</param>
    /// <returns>Null, or why the message is refused.</returns>
    public string? Read<TReader>(ReadOnlySpan<byte> message, uint wanted, string missing, TReader reader, Taking<TReader> take)
    {
        ArgumentNullException.ThrowIfNull(take);
        try
        {
            return ReadObject(message, wanted, missing, reader, take);
        }
        catch (JsonException notJson)
        {
            return $"value = '{Printable.Of(message)}': Not valid JSON at line "
                + $"{notJson.LineNumber + 1}, byte {notJson.BytePositionInLine + 1}.";
        }
    }

    public string Refuse(int field, in Utf8JsonReader value, string rule)
    {
        var written = value.TokenType switch { JsonTokenType.StartObject => "{…}"u8, JsonTokenType.StartArray => "[…]"u8, _ => value.ValueSpan };
        return $"{_names[field]} = '{Printable.Of(written)}': {rule}";
    }

    /// <summary>
    /// Reads a text and resolves its escapes. False when the value is not a text, or when its raw form does not fit into
    /// <paramref name="into"/>.
    /// </summary>
    public static bool TryReadText(ref Utf8JsonReader value, scoped Span<byte> into, out int length)
    {
        length = 0;
        if (value.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName) || value.ValueSpan.Length > into.Length)
            return false;
        try
        {
            length = value.CopyString(into);
            return true;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, or bytes that are not UTF-8.
            return false;
        }
    }

    private string? ReadObject<TReader>(ReadOnlySpan<byte> message, uint wanted, string missing, TReader reader, Taking<TReader> take)
    {
        var json = new Utf8JsonReader(message);
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject)
            return $"value = '{Printable.Of(message)}': A message must be one JSON object.";
        var seen = 0u;
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            var field = Find(ref json);
            var bit = field < 0 ? 0 : wanted & (1u << field);
            if ((seen & bit) != 0)
                return $"{_names[field]} is given twice: Give each field only once{(_anyCase ? "; letter case does not matter" : "")}.";
            seen |= bit;
            json.Read();
            if (bit == 0)
                json.Skip();
            else if (take(reader, field, ref json) is { } refusal)
                return refusal;
        }
        // After the object there must be nothing. Otherwise the reader throws here.
        json.Read();
        return seen == wanted ? null : $"{_names[uint.TrailingZeroCount(wanted & ~seen)]} is missing: {missing}";
    }

    private int Find(ref Utf8JsonReader json)
    {
        if (!TryReadText(ref json, _name, out var length))
            return -1;
        var name = _name.AsSpan(0, length);
        for (var i = 0; i < _utf8.Length; i++)
        {
            if (_anyCase ? Ascii.EqualsIgnoreCase(name, _utf8[i]) : name.SequenceEqual(_utf8[i]))
                return i;
        }
        return -1;
    }
}
