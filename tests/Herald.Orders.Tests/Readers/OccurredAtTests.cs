using System.Text;
using Herald.Orders.Readers;
using Xunit;

namespace Herald.Orders.Tests.Readers;

public sealed class OccurredAtTests
{
    [Theory]
    [InlineData("1970-01-01T00:00:00Z", 0)]
    [InlineData("1970-01-01T00:00:00.9999Z", 999)]
    [InlineData("1970-01-01T00:00:00.1Z", 100)]
    [InlineData("1970-01-01T00:00:00.123456789Z", 123)]
    [InlineData("1970-01-01t00:00:01z", 1000)]
    [InlineData("1970-01-01T01:00:00+01:00", 0)]
    [InlineData("1969-12-31T18:15:00-05:45", 0)]
    [InlineData("1969-12-31T23:59:59.999Z", -1)]
    [InlineData("2026-01-31T12:00:00.5+00:00", 1769860800500)]
    [InlineData("2024-02-29T00:00:00Z", 1709164800000)]
    [InlineData("2016-12-31T23:59:60Z", 1483228800000)]
    [InlineData("0001-01-01T00:00:00+23:59", -62135683140000)]
    [InlineData("9999-12-31T23:59:59.999Z", 253402300799999)]
    public void Times_are_read_to_the_millisecond(string text, long expected)
    {
        Assert.True(OccurredAt.TryParse(Encoding.UTF8.GetBytes(text), out var ms));
        Assert.Equal(expected, ms);
    }

    [Theory]
    [InlineData("")]
    [InlineData("2026-01-31")]
    [InlineData("2026-01-31T12:00:00")]
    [InlineData("2026-01-31 12:00:00Z")]
    [InlineData("2026-01-31T12:00Z")]
    [InlineData("2026-01-31T12:00:00.Z")]
    [InlineData("2026-01-31T12:00:00.1234567890Z")]
    [InlineData("2026-01-31T12:00:00,1Z")]
    [InlineData("2026-01-31T12:00:00.1")]
    [InlineData("2026-01-31T12:00:00+1")]
    [InlineData("2026-01-31T12:00:00+0100")]
    [InlineData("2026-01-31T12:00:00+24:00")]
    [InlineData("2026-01-31T12:00:00+00:60")]
    [InlineData("2026-01-31T12:00:00ZZ")]
    [InlineData("2026-02-30T12:00:00Z")]
    [InlineData("2025-02-29T12:00:00Z")]
    [InlineData("2026-13-01T12:00:00Z")]
    [InlineData("2026-00-01T12:00:00Z")]
    [InlineData("2026-01-00T12:00:00Z")]
    [InlineData("0000-01-01T12:00:00Z")]
    [InlineData("2026-01-31T24:00:00Z")]
    [InlineData("2026-01-31T12:60:00Z")]
    [InlineData("2026-01-31T12:00:61Z")]
    [InlineData("+026-01-31T12:00:00Z")]
    [InlineData("2026-01-31T1a:00:00Z")]
    public void Other_texts_are_refused(string text) => Assert.False(OccurredAt.TryParse(Encoding.UTF8.GetBytes(text), out _));
}
