using System.Globalization;
using System.Text;
using System.Text.Json;
using Herald.Client;

namespace Herald.Hosting.Commands;

/// <summary>
/// Text that others have chosen, such as the answer of a receiver or a payload, made fit for a terminal. Control characters can clear the
/// screen, rename its window or write over the lines before; others end a line, or let a part of it be read from right to left.
/// </summary>
public static class ForeignText
{
    /// <summary>A field in one line; null when it is missing or null.</summary>
    public static string? Find(JsonElement element, string path) => JsonText.Find(element, path) is { } text ? OneLine(text) : null;

    /// <summary>A value in one line; null for null.</summary>
    public static string? Plain(JsonElement value) => JsonText.Plain(value) is { } text ? OneLine(text) : null;

    /// <summary>Such characters, and with them line breaks, become spaces.</summary>
    public static string OneLine(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Any(Commands) ? string.Concat(text.Select(c => Commands(c) ? ' ' : c)) : text;
    }

    /// <summary>The text as it is, with its line breaks and tabs. Other such characters are escaped as in JSON.</summary>
    public static string Verbatim(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.Any(Commands))
            return text;
        var shown = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            // A return alone would let the text write over its own line.
            if (!Commands(text[i]) || text[i] is '\n' or '\t' || (text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n'))
                shown.Append(text[i]);
            else
                shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[i]:x4}");
        }
        return shown.ToString();
    }

    private static bool Commands(char c) =>
        char.IsControl(c) || c is '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}
