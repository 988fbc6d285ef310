using Herald.Brokers.Feeds;

namespace Herald.Brokers.Tests.Feeds;

public sealed class MessageBufferTests
{
    [Fact]
    public void It_is_full_with_its_messages_or_its_bytes()
    {
        var buffer = new MessageBuffer<string>(2, 10);
        Assert.True(buffer.TryAdd("a", 1));
        Assert.False(buffer.IsFull);
        Assert.False(buffer.TryAdd("b", 10));
        Assert.True(buffer.TryAdd("b", 2));
        Assert.False(buffer.TryAdd("c", 1));
        Assert.Equal((2, 3L, true), (buffer.Count, buffer.Bytes, buffer.IsFull));

        Assert.True(buffer.TryTake(out var first));
        Assert.Equal(("a", 1, 2L), (first, buffer.Count, buffer.Bytes));
        Assert.True(buffer.TryAdd("c", 8));
        Assert.True(buffer.IsFull);
    }

    [Fact]
    public void A_message_that_is_larger_than_all_room_is_taken_alone()
    {
        var buffer = new MessageBuffer<string>(2, 10);
        Assert.True(buffer.TryAdd("large", 11));
        Assert.True(buffer.IsFull);
        Assert.False(buffer.TryAdd("a", 1));
        Assert.True(buffer.TryTake(out _));
        Assert.Equal((0, 0L), (buffer.Count, buffer.Bytes));
    }

    [Fact]
    public void A_writer_that_stops_by_itself_can_exceed_it()
    {
        var buffer = new MessageBuffer<string>(1, 10);
        Assert.True(buffer.Add("a", 1));
        Assert.True(buffer.Add("b", 20));
        Assert.Equal((2, 21L), (buffer.Count, buffer.Bytes));
    }

    [Theory]
    [InlineData(2, 2, false)]
    [InlineData(3, 3, true)]
    [InlineData(1, 6, true)]
    public void It_knows_when_it_is_half_full(int messages, int bytes, bool isHalfFull)
    {
        var buffer = new MessageBuffer<int>(4, 10);
        for (var i = 0; i < messages; i++)
            buffer.Add(i, bytes / messages);
        Assert.Equal(isHalfFull, buffer.IsHalfFull);
    }

    [Fact]
    public async Task When_it_is_complete_the_rest_can_be_taken_and_nothing_is_added()
    {
        var buffer = new MessageBuffer<string>(4, 10);
        buffer.Add("a", 1);
        buffer.Complete(new IOException("broken"));
        Assert.False(buffer.Add("b", 1));
        Assert.Equal(1, buffer.Count);
        Assert.True(await buffer.WaitAsync(TestContext.Current.CancellationToken));
        Assert.True(buffer.TryTake(out _));
        await Assert.ThrowsAsync<IOException>(() => buffer.WaitAsync(TestContext.Current.CancellationToken).AsTask());
    }
}
