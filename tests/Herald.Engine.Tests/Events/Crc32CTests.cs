using Herald.Engine.Events;
using Xunit;

namespace Herald.Engine.Tests.Events;

public sealed class Crc32CTests
{
    [Fact]
    public void The_check_value_of_the_polynomial_comes_out() => Assert.Equal(0xE3069283, Crc32C.Of("123456789"u8));

    [Fact]
    public void The_processor_and_the_table_agree()
    {
        var bytes = new byte[1000];
        new Random(1).NextBytes(bytes);
        for (var length = 0; length < bytes.Length; length += 13)
            Assert.Equal(~Crc32C.BySoftware(~0u, bytes.AsSpan(0, length)), Crc32C.Of(bytes.AsSpan(0, length)));
    }
}
