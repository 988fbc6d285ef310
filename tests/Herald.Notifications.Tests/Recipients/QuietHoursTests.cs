using System.Globalization;
using Herald.Notifications.Recipients;

namespace Herald.Notifications.Tests.Recipients;

public sealed class QuietHoursTests
{
    /// <summary>Zones of all continents: with and without summer time, with changes at midnight or of 30 minutes, with odd offsets.</summary>
    public static readonly TheoryData<string> Zones =
    [
        "UTC", "Europe/Berlin", "Europe/London", "Europe/Lisbon", "Europe/Dublin", "Europe/Moscow", "America/New_York",
        "America/Los_Angeles",
        "America/St_Johns", "America/Sao_Paulo", "America/Havana", "America/Santiago", "Africa/Cairo", "Africa/Casablanca", "Asia/Kolkata",
        "Asia/Kathmandu", "Asia/Tokyo", "Asia/Beirut", "Australia/Lord_Howe", "Australia/Adelaide", "Pacific/Auckland", "Pacific/Chatham",
        "Pacific/Apia", "Pacific/Kiritimati",
    ];

    private static readonly string[] Times =
        ["22:00-07:00", "00:00-06:00", "01:30-02:30", "02:00-03:00", "02:30-02:15", "23:59-00:00", "00:00-23:59", "01:00-02:00",
            "23:30-00:30"];

    [Theory]
    [MemberData(nameof(Zones))]
    public void Quiet_hours_end_at_the_first_minute_that_the_clock_on_the_wall_shows_outside_of_them(string name)
    {
        Assert.True(QuietHours.IsZone(name));
        var zone = TimeZoneInfo.FindSystemTimeZoneById(name);
        foreach (var change in ChangesOf(zone, 2010, 2027).Append(new DateTime(2026, 5, 5, 12, 0, 0, DateTimeKind.Utc)))
        {
            // Two days around each change, minute by minute, from the last minute to the first: so the judge knows each end already.
            var (first, last) = (change.AddDays(-1), change.AddDays(3));
            foreach (var hours in Times.Select(times => Hours(times, name)))
            {
                DateTime? end = null;
                for (var at = last; at >= first; at = at.AddMinutes(-1))
                {
                    if (!IsQuiet(hours, TimeZoneInfo.ConvertTimeFromUtc(at, zone)))
                    {
                        end = at;
                        Check(hours, at, null);
                    }
                    else if (end is not null && (at.Minute % 7 == 0 || Math.Abs((at - change).TotalHours) < 3))
                    {
                        Check(hours, at, end);
                    }
                }
            }
        }
    }

    // Berlin, 29 March 2026: the clock goes from 02:00 to 03:00 at 01:00 UTC. 25 October 2026: from 03:00 to 02:00 at 01:00 UTC.
    [Theory]
    [InlineData("22:00-07:00", "2026-03-28T23:00:00Z", "2026-03-29T05:00:00Z", "The night is an hour shorter")]
    [InlineData("22:00-07:00", "2026-10-24T23:00:00Z", "2026-10-25T06:00:00Z", "The night is an hour longer")]
    [InlineData("22:00-02:30", "2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z", "The end does not exist, so it is when the clock passes it")]
    [InlineData("02:15-02:45", "2026-03-29T00:59:00Z", null, "The whole time does not exist")]
    [InlineData("22:00-02:30", "2026-10-25T00:10:00Z", "2026-10-25T00:30:00Z", "The hour comes twice: the first end")]
    [InlineData("22:00-02:30", "2026-10-25T00:45:00Z", null, "Between the two")]
    [InlineData("22:00-02:30", "2026-10-25T01:10:00Z", "2026-10-25T01:30:00Z", "The second end")]
    [InlineData("22:00-03:00", "2026-10-25T00:10:00Z", "2026-10-25T02:00:00Z", "The end is put off by the change")]
    [InlineData("22:00-07:00", "2026-06-01T19:59:59.999Z", null, "A millisecond before")]
    [InlineData("22:00-07:00", "2026-06-01T20:00:00Z", "2026-06-02T05:00:00Z", "The first moment")]
    [InlineData("22:00-07:00", "2026-06-02T04:59:59.999Z", "2026-06-02T05:00:00Z", "The last moment")]
    [InlineData("22:00-07:00", "2026-06-02T05:00:00Z", null, "The first moment outside")]
    public void A_night_in_Berlin(string times, string at, string? end, string why)
    {
        Assert.NotEmpty(why);
        Check(Hours(times, "Europe/Berlin"), Utc(at), end is null ? null : Utc(end));
    }

    [Fact]
    public void A_zone_that_the_machine_does_not_know_is_UTC()
    {
        Assert.False(QuietHours.IsZone("Europe/Atlantis"));
        Assert.False(QuietHours.IsZone(""));
        Assert.False(QuietHours.IsZone("../../etc/passwd"));
        Check(Hours("22:00-07:00", "Europe/Atlantis"), Utc("2026-06-01T23:00:00Z"), Utc("2026-06-02T07:00:00Z"));
    }

    private static void Check(QuietHours hours, DateTime at, DateTime? end)
    {
        var found = hours.EndAfter(new DateTimeOffset(at).ToUnixTimeMilliseconds());
        var expected = end is { } known ? new DateTimeOffset(known).ToUnixTimeMilliseconds() : (long?)null;
        if (found != expected)
            Assert.Fail($"{hours} at {at:O}: {found} instead of {expected}");
    }

    private static bool IsQuiet(QuietHours hours, DateTime local)
    {
        var (time, from, to) = (local.TimeOfDay, hours.From.ToTimeSpan(), hours.To.ToTimeSpan());
        return from < to ? time >= from && time < to : time >= from || time < to;
    }

    private static IEnumerable<DateTime> ChangesOf(TimeZoneInfo zone, int firstYear, int lastYear)
    {
        var last = new DateTime(lastYear, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        var found = new List<DateTime>();
        for (var at = new DateTime(firstYear, 1, 1, 0, 0, 0, DateTimeKind.Utc); at < last; at = at.AddMinutes(30))
        {
            if (zone.GetUtcOffset(at) != zone.GetUtcOffset(at.AddMinutes(30)))
                found.Add(at.AddMinutes(30));
        }
        // The last ones of each zone, and its first: rules of a zone change over the years.
        return found.Count <= 5 ? found : found.TakeLast(4).Prepend(found[0]);
    }

    private static QuietHours Hours(string times, string zone) =>
        new(TimeOnly.ParseExact(times[..5], "HH:mm"), TimeOnly.ParseExact(times[6..], "HH:mm"), zone);

    private static DateTime Utc(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture).UtcDateTime;
}
