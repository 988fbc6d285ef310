using Herald.Cli.CommandLine;
using Xunit;

namespace Herald.Cli.Tests.CommandLine;

public sealed class DurationTests
{
    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("30s", 30_000)]
    [InlineData("10m", 600_000)]
    [InlineData("2h", 7_200_000)]
    [InlineData("3d", 259_200_000)]
    public void It_is_read_and_written_alike(string text, double milliseconds)
    {
        Assert.True(Duration.TryParse(text, out var duration));
        Assert.Equal(milliseconds, duration.Value.TotalMilliseconds);
        Assert.Equal(text, duration.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("-5s")]
    [InlineData("5 s")]
    [InlineData("soon")]
    [InlineData("99999999999999999999d")]
    public void What_is_none_is_refused(string text) => Assert.False(Duration.TryParse(text, out _));
}
