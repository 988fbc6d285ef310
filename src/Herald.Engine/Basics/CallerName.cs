using System.Globalization;
using System.Text;

namespace Herald.Engine.Basics;

/// <summary>The name of whoever gave an order, in the form in which it is stored and shown. It is no secret.</summary>
public static class CallerName
{
    public const int MostBytes = 64;

    /// <summary>
    /// The name in at most <see cref="MostBytes"/> bytes of UTF-8, with a question mark for each character that cannot be printed.
    /// </summary>
    public static string Bounded(string? name)
    {
        var bounded = new StringBuilder();
        var bytes = 0;
        foreach (var rune in (name ?? "").EnumerateRunes())
        {
            var shown = Rune.IsControl(rune) || Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format ? new Rune('?') : rune;
            if ((bytes += shown.Utf8SequenceLength) > MostBytes)
                break;
            bounded.Append(shown);
        }
        return bounded.ToString();
    }
}
