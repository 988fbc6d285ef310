using System.Text;
using System.Text.Json;

namespace Herald.Engine.Sources;

/// <summary>
/// Reads messages that are one JSON object: the fields that have names here, each once; others are passed over, whatever they are. What is wrong is told in a
/// sentence that names field, value and rule. A message that is as it should be costs no allocation. Not thread-safe.
/// </summary>
public sealed class JsonFields
{
    private const int LongestEscape = 6;

    private readonly string[] _names;
    private readonly byte[][] _utf8;
    private readonly byte[] _name;
    private readonly bool _anyCase;

    /// <param name="anyCase">Names may be written in any letter case.</param>
    /// <param name="names">In ASCII, 32 at most. A field is known by its place among them.</param>
    public JsonFields(bool anyCase, params string[] names)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(names.Length, 32);
        (_anyCase, _names) = (anyCase, names);
        _utf8 = [.. names.Select(Encoding.ASCII.GetBytes)];
        _name = new byte[LongestEscape * names.Max(name => name.Length)];
    }

    /// <summary>Takes the value of a field.</summary>
    /// <returns>Null, or why it cannot be taken: see <see cref="Refuse"/>.</returns>
    public delegate string? Taking<in TReader>(TReader reader, int field, ref Utf8JsonReader value);

    /// <param name="wanted">What there must be, a bit for each field; the others are passed over.</param>
    /// <param name="missing">What is told when one of them is not there: a sentence.</param>
    /// <returns>Null, or why it is no such message.</returns>
    public string? Read<TReader>(ReadOnlySpan<byte> message, uint wanted, string missing, TReader reader, Taking<TReader> take)
    {
        ArgumentNullException.ThrowIfNull(take);
        try
        {
            return ReadObject(message, wanted, missing, reader, take);
        }
        catch (JsonException notJson)
        {
            return $"value = '{Shown.Of(message)}': It is not JSON from line {notJson.LineNumber + 1}, byte {notJson.BytePositionInLine + 1} on.";
        }
    }

    public string Refuse(int field, in Utf8JsonReader value, string rule)
    {
        var written = value.TokenType switch { JsonTokenType.StartObject => "{…}"u8, JsonTokenType.StartArray => "[…]"u8, _ => value.ValueSpan };
        return $"{_names[field]} = '{Shown.Of(written)}': {rule}";
    }

    /// <summary>Without its escapes. False when it is no text, or longer than it could rightly be.</summary>
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
            // Half of a surrogate pair, or bytes that are no UTF-8.
            return false;
        }
    }

    private string? ReadObject<TReader>(ReadOnlySpan<byte> message, uint wanted, string missing, TReader reader, Taking<TReader> take)
    {
        var json = new Utf8JsonReader(message);
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject)
            return $"value = '{Shown.Of(message)}': A message is one JSON object.";
        var seen = 0u;
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            var field = Find(ref json);
            var bit = field < 0 ? 0 : wanted & (1u << field);
            if ((seen & bit) != 0)
                return $"{_names[field]} is given twice: A field is given once{(_anyCase ? ", in whatever letter case" : "")}.";
            seen |= bit;
            json.Read();
            if (bit == 0)
                json.Skip();
            else if (take(reader, field, ref json) is { } refusal)
                return refusal;
        }
        // Past the object there is nothing: else the reader refuses it here.
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
