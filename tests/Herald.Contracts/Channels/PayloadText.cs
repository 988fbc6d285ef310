using System.Text;

namespace Herald.Contracts.Channels;

/// <summary>Any bytes inside the text of a message, for channels that deliver messages instead of payloads.</summary>
public static class PayloadText
{
    private const string Before = "payload ", After = " end";

    /// <summary>The payload of an event that is a message with these bytes.</summary>
    public static byte[] Write(byte[] bytes) => Encoding.UTF8.GetBytes($"{{\"text\": \"{Before}{Convert.ToBase64String(bytes)}{After}\"}}");

    /// <summary>The bytes in a text that a receiver got, wherever they are in it.</summary>
    public static byte[] Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var start = text.IndexOf(Before, StringComparison.Ordinal) + Before.Length;
        return Convert.FromBase64String(text[start..text.IndexOf(After, start, StringComparison.Ordinal)]);
    }
}
