using System.Text;
using Herald.Hosting.Text;
using Xunit;

namespace Herald.Hosting.Tests.Text;

public sealed class Rfc3339TimeTests
{
    [Theory]
    [InlineData("1970-01-01T00:00:00Z", 0, 0)]
    [InlineData("1970-01-01t00:00:01Z", 1, 0)]
    [InlineData("1970-01-01T00:00:01z", 1, 0)]
    [InlineData("1970-01-01t00:00:01.5z", 1, 500_000_000)]
    [InlineData("1969-12-31T23:59:59.999999999Z", -1, 999_999_999)]
    [InlineData("2024-02-29T00:00:00Z", 1709164800, 0)]
    [InlineData("2000-02-29T23:59:59Z", 951868799, 0)]
    [InlineData("0001-01-01T00:00:00Z", -62135596800, 0)]
    [InlineData("9999-12-31T23:59:59.999999999Z", 253402300799, 999_999_999)]
    public void The_instant_is_read_to_the_nanosecond(string text, long seconds, int nanoseconds)
    {
        var time = Read(text);
        Assert.Equal((seconds, nanoseconds, 0, false), (time.Seconds, time.Nanoseconds, time.OffsetMinutes, time.IsLeapSecond));
    }

    [Theory]
    [InlineData("1970-01-01T00:00:00+00:00", 0, 0)]
    [InlineData("1970-01-01T00:00:00-00:00", 0, 0)]
    [InlineData("1970-01-01T01:00:00+01:00", 0, 60)]
    [InlineData("1969-12-31T18:15:00-05:45", 0, -345)]
    [InlineData("1970-01-01T00:00:00-00:01", 60, -1)]
    [InlineData("1970-01-01T23:59:00+23:59", 0, 1439)]
    [InlineData("0001-01-01T00:00:00+23:59", -62135683140, 1439)]
    [InlineData("9999-12-31T23:59:59-23:59", 253402387139, -1439)]
    public void An_offset_is_taken_off_also_beyond_the_calendar(string text, long seconds, int offsetMinutes)
    {
        var time = Read(text);
        Assert.Equal((seconds, offsetMinutes), (time.Seconds, time.OffsetMinutes));
    }

    [Theory]
    [InlineData("", 0, 0)]
    [InlineData(".0", 0, 1)]
    [InlineData(".1", 100_000_000, 1)]
    [InlineData(".12", 120_000_000, 2)]
    [InlineData(".123", 123_000_000, 3)]
    [InlineData(".1234", 123_400_000, 4)]
    [InlineData(".12345", 123_450_000, 5)]
    [InlineData(".123456", 123_456_000, 6)]
    [InlineData(".1234567", 123_456_700, 7)]
    [InlineData(".12345678", 123_456_780, 8)]
    [InlineData(".123456789", 123_456_789, 9)]
    [InlineData(".1234567899", 123_456_789, 10)]
    [InlineData(".00000000099", 0, 11)]
    [InlineData(".999999999999", 999_999_999, 12)]
    public void A_fraction_has_any_number_of_digits_and_what_is_below_a_nanosecond_is_dropped(string fraction, int nanoseconds, int digits)
    {
        foreach (var offset in new[] { "Z", "z", "+00:00", "-00:00" })
        {
            var time = Read($"1970-01-01T00:00:00{fraction}{offset}");
            Assert.Equal((0L, nanoseconds, digits), (time.Seconds, time.Nanoseconds, time.Digits));
        }
    }

    [Theory]
    [InlineData("2016-12-31T23:59:60Z", 1483228800, 0)]
    [InlineData("2016-12-31T23:59:60.25Z", 1483228800, 250_000_000)]
    [InlineData("2017-01-01T00:59:60+01:00", 1483228800, 0)]
    [InlineData("2026-01-31T12:00:60Z", 1769860860, 0)]
    [InlineData("9999-12-31T23:59:60Z", 253402300800, 0)]
    public void A_leap_second_is_the_second_after_it_and_says_so(string text, long seconds, int nanoseconds)
    {
        var time = Read(text);
        Assert.Equal((seconds, nanoseconds, true), (time.Seconds, time.Nanoseconds, time.IsLeapSecond));
    }

    [Theory]
    [InlineData("1970-01-01T00:00:00.9999Z", 999)]
    [InlineData("1969-12-31T23:59:59.9999Z", -1)]
    [InlineData("1969-12-31T23:59:59.0009Z", -1000)]
    [InlineData("2026-01-31T12:00:00.123456789+05:30", 1769841000123)]
    public void Milliseconds_are_rounded_down(string text, long unixMs) => Assert.Equal(unixMs, Read(text).UnixMs);

    [Theory]
    [InlineData("")]
    [InlineData("Z")]
    [InlineData("yesterday, at about noon or so")]
    [InlineData("2026-01-31")]
    [InlineData("2026-01-31T12:00:00")]
    [InlineData("2026-01-31T12:00Z")]
    [InlineData("2026-01-31T12:00+01:00")]
    [InlineData("2026-01-31 12:00:00Z")]
    [InlineData("2026/01/31T12:00:00Z")]
    [InlineData("2026-01-31T12.00.00Z")]
    [InlineData("20260131T120000.000Z")]
    [InlineData(" 2026-01-31T12:00:00Z")]
    [InlineData("2026-01-31T12:00:00Z ")]
    [InlineData("2026-01-31T12:00:00ZZ")]
    [InlineData("2026-01-31T12:00:00Z+01:00")]
    [InlineData("2026-01-31T12:00:00+01:00Z")]
    [InlineData("2026-01-31T12:00:00.Z")]
    [InlineData("2026-01-31T12:00:00.")]
    [InlineData("2026-01-31T12:00:00.1")]
    [InlineData("2026-01-31T12:00:00.123456789012")]
    [InlineData("2026-01-31T12:00:00,1Z")]
    [InlineData("2026-01-31T12:00:00.-1Z")]
    [InlineData("2026-01-31T12:00:00.1.2Z")]
    [InlineData("2026-01-31T12:00:00.１Z")]
    [InlineData("２026-01-31T12:00:00Z")]
    [InlineData("2026-01-31T12:00:00+1")]
    [InlineData("2026-01-31T12:00:00+01")]
    [InlineData("2026-01-31T12:00:00+0100")]
    [InlineData("2026-01-31T12:00:00+1:00")]
    [InlineData("2026-01-31T12:00:00+01:0")]
    [InlineData("2026-01-31T12:00:00+01:00:00")]
    [InlineData("2026-01-31T12:00:00+24:00")]
    [InlineData("2026-01-31T12:00:00-24:00")]
    [InlineData("2026-01-31T12:00:00+00:60")]
    [InlineData("2026-01-31T12:00:00 01:00")]
    [InlineData("2026-02-30T12:00:00Z")]
    [InlineData("2025-02-29T12:00:00Z")]
    [InlineData("1900-02-29T12:00:00Z")]
    [InlineData("2026-04-31T12:00:00Z")]
    [InlineData("2026-13-01T12:00:00Z")]
    [InlineData("2026-00-01T12:00:00Z")]
    [InlineData("2026-01-00T12:00:00Z")]
    [InlineData("0000-01-01T12:00:00Z")]
    [InlineData("10000-01-01T12:00:00Z")]
    [InlineData("-001-01-01T12:00:00Z")]
    [InlineData("+026-01-31T12:00:00Z")]
    [InlineData("2026-01-31T24:00:00Z")]
    [InlineData("2026-01-31T12:60:00Z")]
    [InlineData("2026-01-31T12:00:61Z")]
    [InlineData("2026-01-31T1a:00:00Z")]
    public void Other_texts_are_refused(string text)
    {
        Assert.False(Rfc3339Time.TryParse(Encoding.UTF8.GetBytes(text), out var time));
        Assert.Equal(default(Rfc3339Time), time);
    }

    [Fact]
    public void Any_bytes_are_read_or_refused_without_an_exception()
    {
        var random = new Random(20_260_131);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = Encoding.UTF8.GetBytes("2026-01-31T12:00:00.123456789+01:00"[..random.Next(36)]);
            for (var changes = random.Next(3); changes > 0 && bytes.Length > 0; changes--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (Rfc3339Time.TryParse(bytes, out var time))
                Assert.True(time is { Nanoseconds: >= 0 and < 1_000_000_000, OffsetMinutes: > -1440 and < 1440, Digits: >= 0 }, Convert.ToHexString(bytes));
        }
    }

    private static Rfc3339Time Read(string text)
    {
        Assert.True(Rfc3339Time.TryParse(Encoding.UTF8.GetBytes(text), out var time), text);
        return time;
    }
}
