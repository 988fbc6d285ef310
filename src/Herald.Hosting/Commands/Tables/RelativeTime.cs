using System.Globalization;

namespace Herald.Hosting.Commands.Tables;

/// <summary>A time as people say it: <c>3 m ago</c>, <c>in 20 s</c>. After some months a date says more.</summary>
public static class RelativeTime
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(100);

    public static string Of(DateTimeOffset time, DateTimeOffset now)
    {
        var ago = now - time;
        var amount = Amount(ago.Duration());
        return ago.Duration() >= Longest ? time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            : amount.Length == 0 ? "now"
            : ago > TimeSpan.Zero ? $"{amount} ago"
            : $"in {amount}";
    }

    /// <summary>Empty for less than a second.</summary>
    private static string Amount(TimeSpan span) =>
        span.TotalDays >= 2 ? $"{(int)span.TotalDays} d"
        : span.TotalHours >= 2 ? $"{(int)span.TotalHours} h"
        : span.TotalMinutes >= 2 ? $"{(int)span.TotalMinutes} m"
        : span.TotalSeconds >= 1 ? $"{(int)span.TotalSeconds} s"
        : "";
}
