using System.Globalization;

namespace Herald.Hosting.Wire;

/// <summary>Times as in RFC 3339, in UTC and to the millisecond.</summary>
public static class TimeText
{
    public const string Rule = "A time as in RFC 3339 with its offset, for example 2026-01-31T12:00:00Z.";

    private static readonly long First = DateTimeOffset.MinValue.ToUnixTimeMilliseconds(), Last = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
    private static readonly string[] Shapes = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ssK"];

    public static bool TryParse(string text, out DateTimeOffset time)
    {
        time = default;
        var hasOffset = text.Length > 19 && (text[^1] is 'Z' or 'z' || text.AsSpan(19).IndexOfAny('+', '-') >= 0);
        return hasOffset && DateTimeOffset.TryParseExact(text.ToUpperInvariant(), Shapes, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
    }

    public static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static string? Format(DateTimeOffset? time) => time is { } known ? Format(known) : null;

    /// <summary>
    /// Formats Unix milliseconds. A time outside the calendar, from a record of an earlier version, becomes the nearer end of the calendar,
    /// so that it does not fail a whole page.
    /// </summary>
    public static string OfUnixMs(long ms) => Format(DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(ms, First, Last)));
}
