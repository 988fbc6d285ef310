using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Herald.Client;

/// <summary>
/// JSON from Herald, read leniently: unknown fields of a newer server are shown, and missing fields of an older one are left out.
/// </summary>
public static class JsonText
{
    private static readonly JsonWriterOptions Readable = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static JsonElement? TryParse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The value of a field as text; null when the field is missing or null. <c>event.key</c> is a field inside a field.</summary>
    public static string? Find(JsonElement element, string path)
    {
        foreach (var field in path.Split('.'))
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(field, out var value))
                return null;
            element = value;
        }
        return Plain(element);
    }

    public static string Indented(JsonElement element) => Written(element, Readable);

    public static string? Plain(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        JsonValueKind.String => TextOf(value),
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        JsonValueKind.Number => value.GetRawText(),
        _ => Written(value, OneLine),
    };

    // A payload can contain the escape of half a surrogate pair, which cannot be converted to text. It is shown as it was received.
    private static string TextOf(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return value.GetRawText()[1..^1];
        }
    }

    private static string Written(JsonElement value, JsonWriterOptions options)
    {
        try
        {
            var text = new ArrayBufferWriter<byte>();
            using (var json = new Utf8JsonWriter(text, options))
                value.WriteTo(json);
            return Encoding.UTF8.GetString(text.WrittenSpan);
        }
        catch (InvalidOperationException)
        {
            return value.GetRawText();
        }
    }
}
