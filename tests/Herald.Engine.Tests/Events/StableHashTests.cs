using System.Text;
using Herald.Engine.Events;
using Herald.TestKit.Hashes;
using Xunit;

namespace Herald.Engine.Tests.Events;

public sealed class StableHashTests
{
    [Theory]
    [InlineData("", 0xEF46DB3751D8E999)]
    [InlineData("a", 0xD24EC4F1A98C6E5B)]
    [InlineData("abc", 0x44BC2CF5AD770999)]
    public void It_is_the_published_xxHash64(string text, ulong expected)
    {
        Assert.Equal(expected, StableHash.Of(Encoding.UTF8.GetBytes(text), 0));
        Assert.Equal(expected, StableHash.Of(text, 0));
    }

    // The inputs are the bytes 0, 1, 2 …. Their lengths cover every path through the algorithm (stripes of 32, then 8, 4 and single bytes).
    // The expected values were computed by other code.
    [Theory]
    [InlineData(31, 0xC346D2B59B4D8EE1, 0xA11A2CDFD57310B1)]
    [InlineData(32, 0xCBF59C5116FF32B4, 0xC0477F7FC098E14B)]
    [InlineData(47, 0x0D9883A03E7BFBB8, 0x4E846F9898524138)]
    [InlineData(100, 0x6AC1E58032166597, 0x40E8F4EC2207F62C)]
    [InlineData(255, 0x0F7D97507CAAD693, 0x0411457327FEDDDE)]
    public void Long_inputs_hash_as_the_file_format_has_fixed(int length, ulong unseeded, ulong seeded)
    {
        var bytes = Enumerable.Range(0, length).Select(i => (byte)i).ToArray();
        Assert.Equal(unseeded, StableHash.Of(bytes, 0));
        Assert.Equal(seeded, StableHash.Of(bytes, 0x0123456789ABCDEF));
    }

    [Fact]
    public void Mixing_depends_on_the_order_as_the_file_format_has_fixed()
    {
        Assert.Equal(0xEE7DCD8FC2EE0779, StableHash.Mix(1, 2));
        Assert.Equal(0xE6FCE878E502369A, StableHash.Mix(2, 1));
    }

    [Fact]
    public void Anybody_can_make_texts_that_it_cannot_tell_apart_whatever_the_seed_so_nothing_is_known_by_it()
    {
        var (one, other) = ForgedPair.Of(1);
        Assert.NotEqual(one, other);
        for (var seed = 0UL; seed < 100; seed++)
            Assert.Equal(StableHash.Of(one, seed * 0x9E3779B97F4A7C15), StableHash.Of(other, seed * 0x9E3779B97F4A7C15));
    }

    [Fact]
    public void Keys_that_count_upwards_spread_evenly_over_shards()
    {
        var shards = new int[16];
        for (var i = 0; i < 16_000; i++)
            shards[StableHash.Of($"customer-{i}", 99) % 16]++;
        Assert.All(shards, count => Assert.InRange(count, 850, 1150));
    }
}
