using Xunit;

namespace Herald.Client.Tests.Json;

public sealed class DurationsTests
{
    [Theory]
    [InlineData("0s", 0)]
    [InlineData("500ms", 500)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("3d", 259_200_000)]
    [InlineData("1d1h1m1s1ms", 90_061_001)]
    public void They_are_read_and_written_as_Herald_writes_them(string text, long ms)
    {
        Assert.True(Durations.TryParse(text, out var duration));
        Assert.Equal(TimeSpan.FromMilliseconds(ms), duration);
        Assert.Equal(text, Durations.Format(duration));
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("5x")]
    [InlineData("-5s")]
    [InlineData("9999999999s")]
    [InlineData("999999999d")]
    public void Everything_else_is_no_duration(string text) => Assert.False(Durations.TryParse(text, out _));

    [Fact]
    public void A_negative_duration_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Durations.Format(TimeSpan.FromSeconds(-1)));
}
