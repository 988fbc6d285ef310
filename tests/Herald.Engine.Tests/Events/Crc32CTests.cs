using Herald.Engine.Events;
using Xunit;

namespace Herald.Engine.Tests.Events;

public sealed class Crc32CTests
{
    private const uint Polynomial = 0x82F63B78;

    [Fact]
    public void The_check_value_of_the_polynomial_comes_out() => Assert.Equal(0xE3069283, Crc32C.Of("123456789"u8));

    [Fact]
    public void It_is_what_the_definition_says_in_one_piece_and_in_several()
    {
        var bytes = new byte[1000];
        new Random(1).NextBytes(bytes);
        var many = Crc32C.Begin();
        for (var length = 0; length < bytes.Length; length += 13)
        {
            var expected = ByDefinition(bytes.AsSpan(0, length));
            var at = length / 3;
            Assert.Equal(expected, Crc32C.Of(bytes.AsSpan(0, length)));
            Assert.Equal(expected, Crc32C.Of(bytes.AsSpan(0, at), bytes.AsSpan(at, length - at)));
            Assert.Equal(expected, many.GetCurrentHashAsUInt32());
            many.Append(bytes.AsSpan(length, Math.Min(13, bytes.Length - length)));
        }
    }

    private static uint ByDefinition(ReadOnlySpan<byte> bytes)
    {
        var value = ~0u;
        foreach (var one in bytes)
        {
            value ^= one;
            for (var bit = 0; bit < 8; bit++)
                value = (value >> 1) ^ ((value & 1) * Polynomial);
        }
        return ~value;
    }
}
