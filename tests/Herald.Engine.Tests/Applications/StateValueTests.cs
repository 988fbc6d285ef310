using Herald.Engine.Applications;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Xunit;

namespace Herald.Engine.Tests.Applications;

public sealed class StateValueTests
{
    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("0001")]
    [InlineData("01FF")]
    public void What_was_stored_is_read(string hexadecimal)
    {
        var value = Convert.FromHexString(hexadecimal);
        var stored = StateValue.Store(value);
        Assert.Equal(value, StateValue.Read(stored).ToArray());
        Assert.Equal(1 + value.Length, stored.Length);
        Assert.Equal(stored.Length, StateValue.LengthOf(value));
        Assert.Equal(0, StateValue.LengthOf(null));
    }

    [Fact]
    public void A_value_with_a_key_is_refused()
    {
        var refused = Assert.Throws<UnknownKeyException>(() => StateValue.Read(new byte[] { 1, 7, 0, 0, 0, 0xAA }));
        Assert.Equal(7, refused.KeyId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0107")]
    [InlineData("02AA")]
    public void Anything_else_is_no_value(string hexadecimal) =>
        Assert.Throws<InvalidDataException>(() => StateValue.Read(Convert.FromHexString(hexadecimal)));

    [Fact]
    public async Task An_application_never_gets_a_value_with_a_key()
    {
        var cache = new StateCache(new OneValue([1, 7, 0, 0, 0, 0xAA]), new ShardId(0), "app", 1000);
        await Assert.ThrowsAsync<UnknownKeyException>(async () => await cache.LoadAsync(["key"u8.ToArray()], default));
        Assert.False(cache.TryGet("key"u8, out _));
    }

    [Fact]
    public async Task No_value_is_not_an_empty_one()
    {
        var cache = new StateCache(new OneValue(null), new ShardId(0), "app", 1000);
        await cache.LoadAsync(["key"u8.ToArray()], default);
        Assert.True(cache.TryGet("key"u8, out var value));
        Assert.Null(value);
        cache = new StateCache(new OneValue([0]), new ShardId(0), "app", 1000);
        await cache.LoadAsync(["key"u8.ToArray()], default);
        Assert.True(cache.TryGet("key"u8, out value));
        Assert.Equal(0, value!.Value.Length);
    }

    private sealed class OneValue(byte[]? value) : IStateReader
    {
        public ValueTask<IReadOnlyList<ReadOnlyMemory<byte>?>> ReadAsync(
            string application, IReadOnlyList<StateKey> keys, CancellationToken cancel) =>
            new([value is null ? (ReadOnlyMemory<byte>?)null : value]);

        public ValueTask<IReadOnlyList<HistoryBlock>> ReadHistoryAsync(ShardId shard, long sequence, CancellationToken cancel) => throw new NotSupportedException();
    }
}
