using System.Text;

namespace Herald.Postgres.Connecting;

/// <summary>
/// Text as PostgreSQL can hold it. It has no zero byte and no half of a surrogate pair, and refuses whatever is stored together with one.
/// They are replaced so that a reader sees it. A name never has any (names are checked where they are given), so none is found that has.
/// </summary>
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

    /// <summary>In ASCII, for a database whose encoding has not all letters.</summary>
    public static string Plain(string text)
    {
        if (Ascii.IsValid(text) && !text.Contains(Zero))
            return text;
        var plain = new StringBuilder();
        foreach (var one in text)
            _ = one is > Zero and <= '\x7F' ? plain.Append(one) : plain.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\u{(int)one:x4}");
        return plain.ToString();
    }
}
