using System.Text;
using Herald.Hosting.Wire;
using Xunit;

namespace Herald.Hosting.Tests.Wire;

public sealed class TimeTextTests
{
    [Theory]
    [InlineData("2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000Z")]
    [InlineData("2026-01-31t12:00:00.5z", "2026-01-31T12:00:00.500Z")]
    [InlineData("2026-01-31T12:00:00+01:00", "2026-01-31T11:00:00.000Z")]
    [InlineData("2026-01-31T12:00:00.123456789123-23:59", "2026-02-01T11:59:00.123Z")]
    [InlineData("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z")]
    [InlineData("0001-01-01T00:00:00-14:00", "0001-01-01T14:00:00.000Z")]
    [InlineData("9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.999Z")]
    [InlineData("9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999Z")]
    public void A_time_is_read_in_utc_and_written_to_the_millisecond(string text, string written)
    {
        Assert.True(TimeText.TryParse(text, out var time));
        Assert.Equal((TimeSpan.Zero, written), (time.Offset, TimeText.Format(time)));
        Assert.True(TimeText.TryParse(Encoding.UTF8.GetBytes(text), out var same));
        Assert.Equal(time, same);
    }

    [Fact]
    public void It_is_read_to_100_ns()
    {
        Assert.True(TimeText.TryParse("1970-01-01T00:00:01.123456789Z", out var time));
        Assert.Equal(DateTimeOffset.UnixEpoch.AddTicks(11_234_567), time);
    }

    [Theory]
    [InlineData("")]
    [InlineData("tomorrow")]
    [InlineData("2026-01-31T12:00:00")]
    [InlineData("2026-01-31T12:00:00+0100")]
    [InlineData("2016-12-31T23:59:60Z")]
    [InlineData("0001-01-01T00:00:00+00:01")]
    [InlineData("9999-12-31T23:59:59-00:01")]
    [InlineData("2026-01-31T12:00:00é")]
    public void Other_texts_are_refused(string text) => Assert.False(TimeText.TryParse(text, out _));
}
