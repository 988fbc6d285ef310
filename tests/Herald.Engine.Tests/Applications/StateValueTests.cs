using System.Text;
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
        await Assert.ThrowsAsync<UnknownKeyException>(async () => await cache.LoadAsync(["key"u8.ToArray()], NotDamaged, default));
        Assert.False(cache.TryGet("key"u8, out _));
    }

    [Fact]
    public async Task No_value_is_not_an_empty_one()
    {
        var cache = new StateCache(new OneValue(null), new ShardId(0), "app", 1000);
        await cache.LoadAsync(["key"u8.ToArray()], NotDamaged, default);
        Assert.True(cache.TryGet("key"u8, out var value));
        Assert.Null(value);
        cache = new StateCache(new OneValue([0]), new ShardId(0), "app", 1000);
        await cache.LoadAsync(["key"u8.ToArray()], NotDamaged, default);
        Assert.True(cache.TryGet("key"u8, out value));
        Assert.Equal(0, value!.Value.Length);
    }

    [Fact]
    public async Task A_damaged_value_costs_only_itself_until_it_is_written_anew()
    {
        var state = new DamagedState("bad");
        var batch = new ApplicationBatch(new ShardId(0), "app", new StateCache(state, new ShardId(0), "app", 1000), null!, null!);
        batch.Begin([], 0);
        foreach (var key in (string[])["good", "bad", "better"])
            batch.Need(Encoding.UTF8.GetBytes(key));
        await batch.LoadAsync(default);
        Assert.Equal("good"u8, batch.Get("good"u8)!.Value.Span);
        Assert.Equal("better"u8, batch.Get("better"u8)!.Value.Span);
        Assert.Equal("bad is damaged", Assert.Throws<InvalidDataException>(() => batch.Get("bad"u8)).Message);
        batch.Set("bad"u8, "new"u8.ToArray());
        Assert.Equal("new"u8, batch.Get("bad"u8)!.Value.Span);
        batch.Take(1);
        batch.Begin([], 0);
        Assert.Equal("new"u8, batch.Get("bad"u8)!.Value.Span);
    }

    private static void NotDamaged(byte[] key, InvalidDataException damage) => Assert.Fail(damage.Message);

    private sealed class DamagedState(string damaged) : IStateReader
    {
        public ValueTask<IReadOnlyList<ReadOnlyMemory<byte>?>> ReadAsync(
            string application, IReadOnlyList<StateKey> keys, CancellationToken cancel) =>
            keys.Any(key => Encoding.UTF8.GetString(key.Key.Span) == damaged)
                ? throw new InvalidDataException($"{damaged} is damaged")
                : new([.. keys.Select(key => (ReadOnlyMemory<byte>?)StateValue.Store(key.Key.Span))]);

        public ValueTask<IReadOnlyList<HistoryBlock>> ReadHistoryAsync(ShardId shard, long sequence, CancellationToken cancel) =>
            throw new NotSupportedException();
    }

    private sealed class OneValue(byte[]? value) : IStateReader
    {
        public ValueTask<IReadOnlyList<ReadOnlyMemory<byte>?>> ReadAsync(
            string application, IReadOnlyList<StateKey> keys, CancellationToken cancel) =>
            new([value is null ? (ReadOnlyMemory<byte>?)null : value]);

        public ValueTask<IReadOnlyList<HistoryBlock>> ReadHistoryAsync(ShardId shard, long sequence, CancellationToken cancel) => throw new NotSupportedException();
    }
}
