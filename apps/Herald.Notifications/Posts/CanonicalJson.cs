using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Herald.Notifications.Posts;

/// <summary>
/// Writes JSON of which one content has exactly one form: without white space, and with the fewest escapes.
/// </summary>
/// <remarks>
/// The form is stored and hashed, so it must be the same with every version of .NET. The encoders of .NET escape characters that are not in
/// their version of Unicode, so this one has rules of its own.
/// </remarks>
internal readonly struct CanonicalJson(ArrayBufferWriter<byte> into)
{
    private static readonly SearchValues<char> Escaped =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(c => (char)c), '"', '\\']);

    /// <summary>Writes an object with the members of another one, sorted by name.</summary>
    /// <returns>Null, or a sentence that says why the value has no canonical form.</returns>
    public static string? TryNormalize(JsonElement json, out string text)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        text = "";
        try
        {
            if (new CanonicalJson(buffer).WriteValue(json) is { } doubled)
                return $"The field '{doubled}' is there twice. Remove one.";
        }
        catch (InvalidOperationException)
        {
            return "A text in it is not valid Unicode: bytes that are not UTF-8, or half of a UTF-16 pair.";
        }
        text = Encoding.UTF8.GetString(buffer.WrittenSpan);
        return null;
    }

    /// <summary>Writes bytes as they are.</summary>
    public void Write(ReadOnlySpan<byte> utf8) => into.Write(utf8);

    /// <param name="text">Valid Unicode.</param>
    public void WriteText(ReadOnlySpan<char> text)
    {
        Write("\""u8);
        for (var next = text.IndexOfAny(Escaped); next >= 0; next = text.IndexOfAny(Escaped))
        {
            Encoding.UTF8.GetBytes(text[..next], into);
            WriteEscape(text[next]);
            text = text[(next + 1)..];
        }
        Encoding.UTF8.GetBytes(text, into);
        Write("\""u8);
    }

    private void WriteEscape(char c)
    {
        switch (c)
        {
            case '"':
                Write("\\\""u8);
                break;
            case '\\':
                Write(@"\\"u8);
                break;
            case '\n':
                Write(@"\n"u8);
                break;
            case '\r':
                Write(@"\r"u8);
                break;
            case '\t':
                Write(@"\t"u8);
                break;
            default:
                Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $@"\u{(int)c:x4}"), into);
                break;
        }
    }

    /// <returns>The name of a member that is there twice; null when each is there once.</returns>
    private string? WriteValue(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                return WriteMembers(json);
            case JsonValueKind.Array:
                return WriteItems(json);
            case JsonValueKind.String:
                WriteText(json.GetString());
                return null;
            case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null:
                Encoding.UTF8.GetBytes(json.GetRawText(), into);
                return null;
            case JsonValueKind.Undefined:
            default:
                throw new System.Diagnostics.UnreachableException(json.ValueKind.ToString());
        }
    }

    private string? WriteMembers(JsonElement json)
    {
        var members = json.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal).ToList();
        for (var i = 0; i < members.Count; i++)
        {
            if (i > 0 && members[i].Name == members[i - 1].Name)
                return members[i].Name;
            Write(i == 0 ? "{"u8 : ","u8);
            WriteText(members[i].Name);
            Write(":"u8);
            if (WriteValue(members[i].Value) is { } doubled)
                return doubled;
        }
        Write(members.Count == 0 ? "{}"u8 : "}"u8);
        return null;
    }

    private string? WriteItems(JsonElement json)
    {
        Write("["u8);
        var isFirst = true;
        foreach (var item in json.EnumerateArray())
        {
            if (!isFirst)
                Write(","u8);
            isFirst = false;
            if (WriteValue(item) is { } doubled)
                return doubled;
        }
        Write("]"u8);
        return null;
    }
}
