using System.Text;

namespace Herald.Postgres.Connections;

/// <summary>Makes text storable in PostgreSQL, which rejects a zero byte and half of a surrogate pair. Replaces these visibly.</summary>
/// <remarks>
/// Names never contain them, because they are checked where they are given. So a look-up for a name that contains one finds nothing.
/// </remarks>
internal static class StoredText
{
    private const char Zero = '\0', ZeroShown = '\u2400', HalfShown = '\uFFFD';

    public static string Of(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\ud800', '\udfff') && !text.Contains(Zero))
            return text;
        return string.Create(text.Length, text, static (into, from) =>
        {
            for (var i = 0; i < into.Length; i++)
            {
                if (char.IsHighSurrogate(from[i]) && i + 1 < into.Length && char.IsLowSurrogate(from[i + 1]))
                    (into[i], into[i + 1]) = (from[i], from[++i]);
                else
                    into[i] = char.IsSurrogate(from[i]) ? HalfShown : from[i] == Zero ? ZeroShown : from[i];
            }
        });
    }

    public static bool Holds(string text) => ReferenceEquals(Of(text), text) || Of(text) == text;

    /// <summary>Converts text to ASCII, for a database whose encoding lacks a letter.</summary>
    public static string Plain(string text)
    {
        if (Ascii.IsValid(text) && !text.Contains(Zero))
            return text;
        var plain = new StringBuilder();
        foreach (var one in text)
            _ = one is > Zero and <= '\x7F'
                ? plain.Append(one)
                : plain.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\u{(int)one:x4}");
        return plain.ToString();
    }
}
