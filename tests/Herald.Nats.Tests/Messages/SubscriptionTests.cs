using Herald.Nats.Messages;
using Herald.Nats.Tests.Clusters;
using Herald.TestKit.Nats;

namespace Herald.Nats.Tests.Messages;

public sealed class SubscriptionTests
{
    private static CancellationToken End => TestConnection.End;

    [Fact]
    public async Task A_queue_group_shares_and_others_get_everything()
    {
        const int Count = 1_000;
        var server = await NatsServer.SharedAsync();
        await using var connection = await TestConnection.OpenAsync(server.Url);
        await using var first = connection.Subscribe("shared.*", "group");
        await using var second = connection.Subscribe("shared.*", "group");
        await using var all = connection.Subscribe("shared.>");

        for (var i = 0; i < Count; i++)
            await connection.PublishAsync(new($"shared.{i}", default), End);
        await connection.FlushAsync(End);

        Assert.Equal(Count, all.Waiting);
        Assert.Equal(Count, first.Waiting + second.Waiting);
        Assert.InRange(first.Waiting, 1, Count - 1);
    }

    [Fact]
    public async Task A_slow_reader_loses_what_it_has_no_room_for_which_is_counted_and_costs_others_nothing()
    {
        const int Count = 1_000;
        var server = await NatsServer.SharedAsync();
        await using var connection = await TestConnection.OpenAsync(server.Url);
        await using var slow = connection.Subscribe("slow", bounds: new SubscriptionBounds { Messages = 100 });
        await using var heavy = connection.Subscribe("slow", bounds: new SubscriptionBounds { Bytes = 50_000 });
        await using var quick = connection.Subscribe("slow");

        for (var i = 0; i < Count; i++)
            await connection.PublishAsync(new("slow", new byte[996]), End);
        await connection.FlushAsync(End);

        Assert.Equal((100, Count - 100, true), (slow.Waiting, slow.Dropped, slow.IsSlow));
        Assert.Equal((50, Count - 50, true), (heavy.Waiting, heavy.Dropped, heavy.IsSlow));
        Assert.Equal((Count, 0L, false), (quick.Waiting, quick.Dropped, quick.IsSlow));
        while (slow.TryRead(out _) && heavy.TryRead(out _)) { }
        Assert.False(slow.IsSlow || heavy.IsSlow);
        await connection.PublishAsync(new("slow", default), End);
        Assert.NotNull(await heavy.ReadAsync(End));
    }

    [Fact]
    public async Task A_drained_subscription_has_all_that_came_before_and_nothing_after()
    {
        var server = await NatsServer.SharedAsync();
        await using var connection = await TestConnection.OpenAsync(server.Url);
        await using var other = await TestConnection.OpenAsync(server.Url);
        var subscription = connection.Subscribe("drained");
        await connection.FlushAsync(End);
        for (var i = 0; i < 500; i++)
            await other.PublishAsync(new("drained", default), End);
        await other.FlushAsync(End);

        await subscription.DrainAsync(End);
        await other.PublishConfirmedAsync(new("drained", default), End);

        var count = 0;
        await foreach (var _ in subscription.ReadAllAsync(End))
            count++;
        Assert.Equal(500, count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a\r\nPUB b 0")]
    public async Task What_is_no_subject_is_not_subscribed(string subject)
    {
        await using var connection = TestConnection.Begin(TestConnection.Options("nats://127.0.0.1:1"));
        Assert.Throws<ArgumentException>(() => connection.Subscribe(subject));
        Assert.Throws<ArgumentException>(() => connection.Subscribe("a", subject));
    }

    [Fact]
    public async Task Readers_are_told_when_the_connection_is_closed()
    {
        var server = await NatsServer.SharedAsync();
        var connection = await TestConnection.OpenAsync(server.Url);
        var subscription = connection.Subscribe("closed");
        var reading = subscription.ReadAsync(End).AsTask();
        await connection.DisposeAsync();
        Assert.Null(await reading);
        Assert.False(await subscription.WaitAsync(End));
    }
}
