using System.Globalization;
using System.Numerics;
using System.Text;
using Herald.Alarms.Messages;
using Herald.Alarms.Tests.Model;
using Xunit;

namespace Herald.Alarms.Tests.Messages;

public sealed class ChangedAtTests
{
    [Theory]
    [InlineData("1970-01-01T00:00:00Z", 0, 0)]
    [InlineData("1970-01-01T00:00:00.000000001Z", 0, 1)]
    [InlineData("1970-01-01T00:00:00.1Z", 0, 100_000_000)]
    [InlineData("1970-01-01T00:00:00.100Z", 0, 100_000_000)]
    [InlineData("1970-01-01T00:00:00.999999999Z", 0, 999_999_999)]
    [InlineData("1969-12-31T23:59:59.999999999Z", -1, 999_999_999)]
    [InlineData("1970-01-01t00:00:01z", 1, 0)]
    [InlineData("1970-01-01T00:00:01z", 1, 0)]
    [InlineData("1970-01-01t00:00:01.5Z", 1, 500_000_000)]
    [InlineData("1970-01-01T00:00:00-00:00", 0, 0)]
    [InlineData("1970-01-01T00:00:00+00:00", 0, 0)]
    [InlineData("1970-01-01T01:00:00+01:00", 0, 0)]
    [InlineData("1969-12-31T18:15:00.25-05:45", 0, 250_000_000)]
    [InlineData("1970-01-01T00:00:00-00:01", 60, 0)]
    [InlineData("2026-01-31T12:00:00.123456789+05:30", 1769841000, 123_456_789)]
    [InlineData("2024-02-29T00:00:00Z", 1709164800, 0)]
    [InlineData("2000-02-29T23:59:59Z", 951868799, 0)]
    [InlineData("0001-01-01T00:00:00Z", -62135596800, 0)]
    [InlineData("0001-01-01T00:00:00+23:59", -62135683140, 0)]
    [InlineData("9999-12-31T23:59:59.999999999Z", 253402300799, 999_999_999)]
    [InlineData("9999-12-31T23:59:59.999999999-23:59", 253402387139, 999_999_999)]
    public void A_time_is_read_to_the_nanosecond_and_comes_back_as_it_was_written(string text, long seconds, int nanoseconds)
    {
        Assert.True(ChangedAt.TryParse(Encoding.UTF8.GetBytes(text), out var time));
        Assert.Equal((seconds, nanoseconds), (time.Seconds, time.Nanoseconds));
        Assert.Equal(text, time.ToString());
        Assert.True(time.IsPossible);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Z")]
    [InlineData("2026-01-31")]
    [InlineData("2026-01-31T12:00:00")]
    [InlineData("2026-01-31 12:00:00Z")]
    [InlineData("2026-01-31T12:00Z")]
    [InlineData("2026-01-31T12:00:00.Z")]
    [InlineData("2026-01-31T12:00:00.")]
    [InlineData("2026-01-31T12:00:00.1234567890Z")]
    [InlineData("2026-01-31T12:00:00.0000000000Z")]
    [InlineData("2026-01-31T12:00:00,1Z")]
    [InlineData("2026-01-31T12:00:00.1")]
    [InlineData("2026-01-31T12:00:00.123456789")]
    [InlineData("2026-01-31T12:00:00.-1Z")]
    [InlineData("2026-01-31T12:00:00+1")]
    [InlineData("2026-01-31T12:00:00+01")]
    [InlineData("2026-01-31T12:00:00+0100")]
    [InlineData("2026-01-31T12:00:00+24:00")]
    [InlineData("2026-01-31T12:00:00-24:00")]
    [InlineData("2026-01-31T12:00:00+00:60")]
    [InlineData("2026-01-31T12:00:00+01:00Z")]
    [InlineData("2026-01-31T12:00:00Z+01:00")]
    [InlineData("2026-01-31T12:00:00ZZ")]
    [InlineData("2026-01-31T12:00:00Z ")]
    [InlineData(" 2026-01-31T12:00:00Z")]
    [InlineData("2026-02-30T12:00:00Z")]
    [InlineData("2025-02-29T12:00:00Z")]
    [InlineData("1900-02-29T12:00:00Z")]
    [InlineData("2026-04-31T12:00:00Z")]
    [InlineData("2026-13-01T12:00:00Z")]
    [InlineData("2026-00-01T12:00:00Z")]
    [InlineData("2026-01-00T12:00:00Z")]
    [InlineData("2026-01-32T12:00:00Z")]
    [InlineData("0000-01-01T12:00:00Z")]
    [InlineData("10000-01-01T12:00:00Z")]
    [InlineData("2026-01-31T24:00:00Z")]
    [InlineData("2026-01-31T12:60:00Z")]
    [InlineData("2026-01-31T12:00:60Z")]
    [InlineData("2016-12-31T23:59:60Z")]
    [InlineData("+026-01-31T12:00:00Z")]
    [InlineData("2026-01-31T1a:00:00Z")]
    [InlineData("2026/01/31T12:00:00Z")]
    [InlineData("2026-01-31T12.00.00Z")]
    [InlineData("2026-01-31T12:00:00.１Z")]
    public void Other_texts_are_refused(string text) => Assert.False(ChangedAt.TryParse(Encoding.UTF8.GetBytes(text), out _));

    [Theory]
    [InlineData("2026-01-31T12:00:00Z", "2026-01-31T13:00:00+01:00", 0)]
    [InlineData("2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000000000-00:00", 0)]
    [InlineData("2026-01-31T12:00:00.000000001Z", "2026-01-31T12:00:00Z", 1)]
    [InlineData("2026-01-31T12:00:00.1Z", "2026-01-31T12:00:00.09Z", 1)]
    [InlineData("2026-01-31T12:00:00.9+00:01", "2026-01-31T12:00:00Z", -1)]
    [InlineData("2026-01-31T23:59:00-23:59", "2026-02-01T23:58:00Z", 0)]
    [InlineData("1969-12-31T23:59:59.999999999Z", "1970-01-01T00:00:00Z", -1)]
    [InlineData("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.25Z", 1)]
    public void Times_are_compared_as_instants(string one, string other, int expected)
    {
        var (a, b) = (Parse(one), Parse(other));
        Assert.Equal(expected, Math.Sign(a.CompareInstant(b)));
        Assert.Equal(-expected, Math.Sign(b.CompareInstant(a)));
        Assert.NotEqual(a, b);
    }

    [Fact]
    public void Any_time_comes_back_as_it_was_written_and_stands_where_its_nanoseconds_say()
    {
        var random = new Random(20_260_131);
        var last = (Time: default(ChangedAt), Nanoseconds: BigInteger.Zero);
        for (var i = 0; i < 20_000; i++)
        {
            var drawn = DrawnTime.Any(random);
            Assert.True(ChangedAt.TryParse(Encoding.UTF8.GetBytes(drawn.Text), out var time), drawn.Text);
            Assert.Equal(drawn.Text, time.ToString());
            Assert.True(time.IsPossible, drawn.Text);
            Assert.Equal(drawn.Nanoseconds, (new BigInteger(time.Seconds) * 1_000_000_000) + time.Nanoseconds);
            Assert.Equal(drawn.Nanoseconds.CompareTo(last.Nanoseconds), Math.Sign(time.CompareInstant(last.Time)));
            last = (time, drawn.Nanoseconds);
        }
    }

    [Fact]
    public void A_text_with_one_byte_changed_is_refused_or_comes_back()
    {
        var random = new Random(7);
        var refused = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = Encoding.UTF8.GetBytes(DrawnTime.Any(random).Text);
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (!ChangedAt.TryParse(bytes, out var time))
                refused++;
            else
                Assert.Equal(Encoding.UTF8.GetString(bytes), time.ToString());
        }
        Assert.InRange(refused, 10_000, 19_999);
    }

    [Fact]
    public void What_no_text_could_say_is_impossible()
    {
        var good = Parse("2026-01-31T12:00:00.5+01:00");
        Assert.True(good.IsPossible);
        Assert.False((good with { Digits = 10 }).IsPossible);
        Assert.False((good with { Digits = 0 }).IsPossible);
        Assert.False((good with { Nanoseconds = -1 }).IsPossible);
        Assert.False((good with { Nanoseconds = 1_000_000_000 }).IsPossible);
        Assert.False((good with { OffsetMinutes = 1440 }).IsPossible);
        Assert.False((good with { OffsetMinutes = -1440 }).IsPossible);
        Assert.False((good with { Form = TimeForm.Zulu }).IsPossible);
        Assert.False((good with { Form = TimeForm.UnknownOffset }).IsPossible);
        Assert.False((good with { OffsetMinutes = 0, Form = TimeForm.SmallZ }).IsPossible);
        Assert.False((good with { OffsetMinutes = 0, Form = TimeForm.Zulu | TimeForm.UnknownOffset }).IsPossible);
        Assert.False((good with { Form = (TimeForm)16 }).IsPossible);
        Assert.False((good with { Seconds = long.MaxValue }).IsPossible);
        Assert.False((good with { Seconds = long.MinValue }).IsPossible);
        Assert.False((Parse("9999-12-31T23:59:59Z") with { OffsetMinutes = 1, Form = TimeForm.None }).IsPossible);
        Assert.False((Parse("0001-01-01T00:00:00Z") with { OffsetMinutes = -1, Form = TimeForm.None }).IsPossible);
    }

    internal static ChangedAt Parse(string text) =>
        ChangedAt.TryParse(Encoding.UTF8.GetBytes(text), out var time) ? time : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"'{text}' is no time."), nameof(text));
}
