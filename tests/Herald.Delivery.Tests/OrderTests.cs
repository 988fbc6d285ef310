using Herald.Engine.Basics;
using Xunit;

namespace Herald.Delivery.Tests;

public sealed class OrderTests
{
    [Fact]
    public async Task Failing_receivers_cost_no_key_its_order_and_lose_nothing()
    {
        const int Events = 200_000, Keys = 1000, Subscriptions = 5;
        await using var node = await Node.StartAsync();
        var topic = await node.TopicAsync("orders");
        for (var i = 0; i < Subscriptions; i++)
        {
            await node.SubscribeAsync(Node.Draft($"s{i}"));
            var (random, share) = (new Random(i), i * 2);
            var gate = new Lock();
            node.Channel.Answer($"s{i}", (_, _, _) =>
            {
                lock (gate)
                    return ValueTask.FromResult(random.Next(100) < share ? ScriptedChannel.Fail(500) : ScriptedChannel.Ok);
            });
        }
        await node.PublishAsync(topic, Enumerable.Range(0, Events).Select(i => (i % Keys, (i / Keys) + 1)));
        for (var i = 0; i < Subscriptions; i++)
        {
            var judge = node.Channel.JudgeOf($"s{i}");
            await judge.WaitForAsync(Events, TimeSpan.FromSeconds(120));
            Assert.Equal((0, 0, 0), (judge.OutOfOrder, judge.Repeats, judge.OtherIds));
        }
    }

    [Fact]
    public async Task A_tight_bound_of_bytes_in_flight_slows_but_stops_nothing()
    {
        const int Events = 5000, Keys = 100;
        await using var node = await Node.StartAsync(new EngineOptions { MaxBytesInFlight = 300, CommitEvery = TimeSpan.FromMilliseconds(50) });
        var topic = await node.TopicAsync("orders");
        foreach (var id in new[] { "s0", "s1", "s2" })
        {
            await node.SubscribeAsync(Node.Draft(id));
            node.Channel.Answer(id, async (_, _, _) =>
            {
                await Task.Yield();
                return ScriptedChannel.Ok;
            });
        }
        await node.PublishAsync(topic, Enumerable.Range(0, Events).Select(i => (i % Keys, (i / Keys) + 1)));
        foreach (var id in new[] { "s0", "s1", "s2" })
        {
            await node.Channel.JudgeOf(id).WaitForAsync(Events);
            Assert.Equal((0, 0), (node.Channel.JudgeOf(id).OutOfOrder, node.Channel.JudgeOf(id).Repeats));
        }
    }
}
