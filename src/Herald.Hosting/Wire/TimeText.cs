using System.Globalization;
using System.Text;
using Herald.Hosting.Text;

namespace Herald.Hosting.Wire;

/// <summary>Times as in RFC 3339: read to 100 ns, without leap seconds, and written in UTC and to the millisecond.</summary>
public static class TimeText
{
    public const string Rule = "A time as in RFC 3339 with its offset, for example 2026-01-31T12:00:00Z.";

    private static readonly long First = DateTimeOffset.MinValue.ToUnixTimeMilliseconds(),
        Last = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    public static bool TryParse(string text, out DateTimeOffset time) => TryParse(Encoding.UTF8.GetBytes(text), out time);

    /// <param name="utf8">The text. What lies outside the calendar in UTC is refused.</param>
    /// <param name="time">In UTC, whatever the offset.</param>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out DateTimeOffset time)
    {
        time = default;
        if (!Rfc3339Time.TryParse(utf8, out var read) || read.IsLeapSecond || read.UnixMs < First || read.UnixMs > Last)
            return false;
        time = DateTimeOffset.FromUnixTimeSeconds(read.Seconds).AddTicks(read.Nanoseconds / TimeSpan.NanosecondsPerTick);
        return true;
    }

    public static string Format(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static string? Format(DateTimeOffset? time) => time is { } known ? Format(known) : null;

    /// <summary>
    /// Formats Unix milliseconds. A time outside the calendar, from a record of an earlier version, becomes the nearer end of the calendar,
    /// so that it does not fail a whole page.
    /// </summary>
    public static string OfUnixMs(long ms) => Format(DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(ms, First, Last)));
}
