using Herald.Engine.Basics;
using Xunit;

namespace Herald.Engine.Tests.Basics;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("5s", 5_000)]
    [InlineData("10m", 600_000)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("3d", 259_200_000)]
    [InlineData("1d2h3m4s5ms", 93_784_005)]
    [InlineData("0s", 0)]
    public void A_duration_is_read_and_written_back(string text, long ms)
    {
        Assert.True(DurationText.TryParse(text, out var duration));
        Assert.Equal(ms, (long)duration.TotalMilliseconds);
        Assert.Equal(text, DurationText.Format(duration));
    }

    [Theory]
    [InlineData("10", "A duration has a unit: write 10s for seconds.")]
    [InlineData("soon", DurationText.Rule)]
    [InlineData("", DurationText.Rule)]
    public void Who_forgets_the_unit_is_told_what_to_write(string text, string told) => Assert.Equal(told, DurationText.RuleFor(text));

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("-5s")]
    [InlineData("5S")]
    [InlineData("5 s")]
    [InlineData("1m1h")]
    [InlineData("1s1s")]
    [InlineData("1.5s")]
    [InlineData("5s ")]
    [InlineData("9999999999d")]
    [InlineData("999999999d")]
    public void Anything_else_is_none(string text) => Assert.False(DurationText.TryParse(text, out _));
}
