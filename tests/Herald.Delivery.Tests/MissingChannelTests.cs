using Herald.Engine.Channels;
using Xunit;

namespace Herald.Delivery.Tests;

/// <summary>A program opens a store without the channel for some of its endpoints.</summary>
public sealed class MissingChannelTests
{
    [Fact]
    public async Task What_a_channel_does_not_try_yet_uses_no_attempts_and_loses_nothing()
    {
        await using var node = await Node.StartAsync();
        var topic = await node.TopicAsync("orders");
        await node.SubscribeAsync(Node.Draft("s") with { Retry = Node.Draft("s").Retry with { MaxAttempts = 1 } });
        var judge = node.Channel.JudgeOf("s");
        var refusals = 0;
        // The channel lets one attempt through between two that it does not make.
        node.Channel.Answer("s", (_, _, _) => ValueTask.FromResult(
            Interlocked.Increment(ref refusals) % 2 == 1
                ? AttemptResult.NotTried("no turn", TimeSpan.FromMilliseconds(5)) : ScriptedChannel.Ok));
        await node.PublishAsync(topic, Enumerable.Range(0, 200).Select(i => (i % 20, (i / 20) + 1)));
        await judge.WaitForAsync(200);
        Assert.Equal((0, 0, 400), (judge.OutOfOrder, judge.Repeats, judge.Tries));
    }

    [Fact]
    public async Task What_waits_for_a_channel_says_so_and_goes_on_in_order_when_it_is_there()
    {
        await using var node = await Node.StartAsync();
        var topic = await node.TopicAsync("orders");
        await node.SubscribeAsync(Node.Draft("s"));
        node.Channel.Schemes = ["other"];
        await node.RestartAsync();
        await node.PublishAsync(topic, Enumerable.Range(0, 1000).Select(i => (i % 10, (i / 10) + 1)));
        await Until.HoldsAsync(async () => (await node.Engine.Inspector.LagAsync("s", default))!.Limit == 0);
        var lag = (await node.Engine.Inspector.LagAsync("s", default))!;
        Assert.Equal((0, 0, "a channel for test:// endpoints"), (lag.Limit, lag.BlockedKeys, lag.WaitsFor));
        var tested = (await node.Engine.TestAsync("s", default))!;
        Assert.Equal((AttemptOutcome.Failed, AttemptStage.Guard, "this node does not have a channel for test:// endpoints"), (tested.Outcome, tested.Stage, tested.Reason));

        node.Channel.Schemes = ["test"];
        await node.RestartAsync();
        var judge = node.Channel.JudgeOf("s");
        await judge.WaitForAsync(1000);
        Assert.Equal((0, 0, 1000), (judge.OutOfOrder, judge.Repeats, judge.Tries));
        Assert.Null((await node.Engine.Inspector.LagAsync("s", default))!.WaitsFor);
    }
}
