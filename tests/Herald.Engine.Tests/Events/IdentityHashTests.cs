using Herald.Engine.Events;
using Herald.TestKit.Hashes;
using Xunit;

namespace Herald.Engine.Tests.Events;

public sealed class IdentityHashTests
{
    private static readonly UInt128 Secret = OneLane.Secret;
    private readonly IdentityHash _hash = new(Secret);

    [Fact]
    public void Each_is_the_hash_of_bytes_that_say_what_they_are_and_how_long_as_the_file_format_has_fixed()
    {
        Assert.Equal(SipHash.Of([1, 3, 0, 0, 7, 0, 0, 0, .. "key"u8, 0, 0, 0, 0, 0], Secret), _hash.OfKey(7, "key"u8));
        Assert.Equal(SipHash.Of([2, 8, 0, 0, 7, 0, 0, 0, .. "12345678"u8], Secret), _hash.OfKeyless(7, "12345678"u8));
        Assert.Equal(SipHash.Of([3, 9, 0, 0, 0, 0, 0, 0, .. "123456789"u8, 0, 0, 0, 0, 0, 0, 0], Secret), _hash.OfId("123456789"u8));
        Assert.Equal(SipHash.WideOf([4, 1, 0, 0, 2, 0, 0, 0, .. "t"u8, 0, 0, 0, 0, 0, 0, 0, .. "ab"u8, 0, 0, 0, 0, 0, 0], Secret), _hash.OfRoute("t"u8, "ab"u8));
        Assert.Equal(SipHash.WideOf([5, 1, 0, 0, 0, 0, 0, 0, .. "s"u8, 0, 0, 0, 0, 0, 0, 0], Secret), _hash.OfAddress("s"u8));
        Assert.Equal(
            SipHash.WideOf([6, 1, 0, 0, 9, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, .. "a"u8, 0, 0, 0, 0, 0, 0, 0, .. "kk"u8, 0, 0, 0, 0, 0, 0], Secret), _hash.OfState(9, "a"u8, "kk"u8));
    }

    [Fact]
    public void Parts_that_read_alike_one_behind_the_other_are_different()
    {
        Assert.NotEqual(_hash.OfRoute("ab"u8, "c"u8), _hash.OfRoute("a"u8, "bc"u8));
        Assert.NotEqual(_hash.OfRoute("a\0"u8, ""u8), _hash.OfRoute("a"u8, ""u8));
        Assert.NotEqual(_hash.OfState(1, "ab"u8, "c"u8), _hash.OfState(1, "a"u8, "bc"u8));
        Assert.NotEqual(_hash.OfState(1, "a"u8, "c"u8), _hash.OfState(2, "a"u8, "c"u8));
        Assert.NotEqual(_hash.OfKey(1, "a"u8), _hash.OfKey(2, "a"u8));
        Assert.NotEqual(_hash.OfKey(1, "a"u8), _hash.OfKeyless(1, "a"u8));
    }

    [Fact]
    public void Two_keys_may_have_one_hash_by_chance()
    {
        Assert.Equal(_hash.OfKey(OneLane.Topic, Bytes(OneLane.One)), _hash.OfKey(OneLane.Topic, Bytes(OneLane.Other)));
        Assert.NotEqual(_hash.OfKey(OneLane.Topic + 1, Bytes(OneLane.One)), _hash.OfKey(OneLane.Topic + 1, Bytes(OneLane.Other)));

        static byte[] Bytes(string key) => System.Text.Encoding.UTF8.GetBytes(key);
    }

    [Fact]
    public void Another_secret_gives_other_hashes()
    {
        var other = new IdentityHash(Secret + 1);
        Assert.NotEqual(_hash.OfKey(1, "a"u8), other.OfKey(1, "a"u8));
        Assert.NotEqual(_hash.OfRoute("a"u8, default), other.OfRoute("a"u8, default));
    }
}
