using System.Buffers.Binary;
using Herald.Engine.Events;
using Xunit;

namespace Herald.Engine.Tests.Events;

public sealed class SipHashTests
{
    // The published test vectors: the secret is the bytes 0 to 15, the input the bytes 0, 1, 2 …
    private static readonly UInt128 Secret = BinaryPrimitives.ReadUInt128LittleEndian(Counting(16));

    [Theory]
    [InlineData(0, "310E0EDD47DB6F72", "A3817F04BA25A8E66DF67214C7550293")]
    [InlineData(1, "FD67DC93C539F874", "DA87C1D86B99AF44347659119B22FC45")]
    [InlineData(2, "5A4FA9D909806C0D", "8177228DA4A45DC7FCA38BDEF60AFFE4")]
    [InlineData(3, "2D7EFBD796666785", "9C70B60C5267A94E5F33B6B02985ED51")]
    [InlineData(7, "37D1018BF50002AB", "A1F1EBBED8DBC153C0B84AA61FF08239")]
    [InlineData(8, "6224939A79F5F593", "3B62A9BA6258F5610F83E264F31497B4")]
    [InlineData(15, "E545BE4961CA29A1", "5493E99933B0A8117E08EC0F97CFC3D9")]
    [InlineData(16, "DB9BC2577FCC2A3F", "6EE2A4CA67B054BBFD3315BF85230577")]
    [InlineData(23, "C8CE5CCD8C030CA8", "C9D184DDD5A9F5E0CF8CE29A9ABF691C")]
    [InlineData(63, "724506EB4C328A95", "5150D1772F50834A503E069A973FBD7C")]
    public void It_is_the_published_one(int length, string expected, string expectedWide)
    {
        var (hash, wide) = (new byte[8], new byte[16]);
        BinaryPrimitives.WriteUInt64LittleEndian(hash, SipHash.Of(Counting(length), Secret));
        BinaryPrimitives.WriteUInt128LittleEndian(wide, SipHash.WideOf(Counting(length), Secret));
        Assert.Equal((expected, expectedWide), (Convert.ToHexString(hash), Convert.ToHexString(wide)));
    }

    private static byte[] Counting(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)i)];
}
