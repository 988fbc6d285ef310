using Herald.Hosting.Text;
using Xunit;

namespace Herald.Hosting.Tests.Text;

public sealed class ByteSizeTextTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("4097", 4097)]
    [InlineData("64KiB", 64 << 10)]
    [InlineData("16MiB", 16 << 20)]
    [InlineData("3GiB", 3L << 30)]
    public void A_size_is_read_and_written_back(string text, long bytes)
    {
        Assert.True(ByteSizeText.TryParse(text, out var size));
        Assert.Equal(bytes, size);
        Assert.Equal(text, ByteSizeText.Format(size));
    }

    [Theory]
    [InlineData("1024B", 1024)]
    [InlineData("2 MiB", 2 << 20)]
    public void Other_spellings_are_read_too(string text, long bytes) => Assert.Equal((true, bytes), (ByteSizeText.TryParse(text, out var size), size));

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("1.5MiB")]
    [InlineData("1MB")]
    [InlineData("KiB")]
    [InlineData("99999999999GiB")]
    public void Anything_else_is_none(string text) => Assert.False(ByteSizeText.TryParse(text, out _));
}
