using System.Globalization;

namespace Herald.Notifications.Recipients;

/// <summary>
/// The hours of a day in which a recipient is left alone, by the clock on the recipient's wall. They can include midnight. When the clock
/// is put back in them or to them, the hour that comes twice is quiet twice; when it is put forward over their end, they end then.
/// </summary>
/// <param name="From">The first quiet minute of the day.</param>
/// <param name="To">The first minute that is not quiet any more. It differs from <paramref name="From"/>.</param>
/// <param name="Zone">The name of a time zone, such as <c>Europe/Berlin</c>.</param>
internal sealed record QuietHours(TimeOnly From, TimeOnly To, string Zone)
{
    public const string TimeForm = "HH:mm";

    private const long DayMs = 24 * 60 * 60 * 1000, StepMs = 15 * 60 * 1000;

    /// <summary>No zone changes its offset so often in one night.</summary>
    private const int MostChanges = 8;

    public static bool IsZone(string name) => name.Length is > 0 and <= 64
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-' or '+')
        && TimeZoneInfo.TryFindSystemTimeZoneById(name, out _);

    /// <summary>When the quiet hours end that include a time; null when none include it. Times are Unix milliseconds.</summary>
    public long? EndAfter(long atMs)
    {
        // This machine can lack a zone that another one knew. Then the hours are those of UTC.
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(Zone, out var zone))
            zone = TimeZoneInfo.Utc;
        if (!IsQuiet(zone, atMs))
            return null;
        var end = atMs;
        for (var i = 0; i < MostChanges; i++)
        {
            // The clock shows the end after this time, if nobody touches it.
            var start = end;
            end = start + UntilEnd(zone, start);
            if (FindChange(zone, start, end) is not { } change)
                return end;
            if (!IsQuiet(zone, change))
                return change;
            end = change;
        }
        return end;
    }

    public string FormatFrom() => From.ToString(TimeForm, CultureInfo.InvariantCulture);

    public string FormatTo() => To.ToString(TimeForm, CultureInfo.InvariantCulture);

    private bool IsQuiet(TimeZoneInfo zone, long atMs) =>
        new TimeOnly(TimeOfDayMs(zone, atMs) * TimeSpan.TicksPerMillisecond).IsBetween(From, To);

    private long UntilEnd(TimeZoneInfo zone, long atMs)
    {
        var rest = (To.Ticks / TimeSpan.TicksPerMillisecond) - TimeOfDayMs(zone, atMs);
        return rest > 0 ? rest : rest + DayMs;
    }

    private static long TimeOfDayMs(TimeZoneInfo zone, long atMs)
    {
        var local = (atMs + OffsetMs(zone, atMs)) % DayMs;
        return local < 0 ? local + DayMs : local;
    }

    /// <summary>The first time after one, and not after another, at which the clock is put forward or back.</summary>
    private static long? FindChange(TimeZoneInfo zone, long afterMs, long lastMs)
    {
        var offset = OffsetMs(zone, afterMs);
        for (var same = afterMs; same < lastMs;)
        {
            var next = Math.Min(same + StepMs, lastMs);
            if (OffsetMs(zone, next) == offset)
            {
                same = next;
                continue;
            }
            while (next - same > 1)
            {
                var middle = same + ((next - same) / 2);
                if (OffsetMs(zone, middle) == offset)
                    same = middle;
                else
                    next = middle;
            }
            return next;
        }
        return null;
    }

    private static long OffsetMs(TimeZoneInfo zone, long atMs) =>
        (long)zone.GetUtcOffset(DateTimeOffset.FromUnixTimeMilliseconds(atMs)).TotalMilliseconds;
}
