using Herald.Engine.Basics;
using Xunit;

namespace Herald.Delivery.Tests;

/// <summary>
/// A stop accepts no more events and waits for the attempts in flight. It cancels those that last too long, and does not count them.
/// </summary>
public sealed class StoppingTests
{
    [Fact]
    public async Task An_attempt_that_outlasts_the_grace_time_is_given_up_uncounted_and_made_again_after_the_start()
    {
        await using var node = await Node.StartAsync(new EngineOptions { Grace = TimeSpan.FromMilliseconds(100), CommitEvery = TimeSpan.FromMilliseconds(10) });
        var topic = await node.TopicAsync("orders");
        await node.SubscribeAsync(Node.Draft("s"));
        var stuck = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        node.Channel.Answer("s", async (_, _, cancel) =>
        {
            stuck.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancel);
            return ScriptedChannel.Ok;
        });
        await node.PublishAsync(topic, [(1, 1), (1, 2)]);
        await stuck.Task;

        node.Channel.Answer("s", (_, _, _) => ValueTask.FromResult(ScriptedChannel.Ok));
        await node.RestartAsync();
        var judge = node.Channel.JudgeOf("s");
        await judge.WaitForAsync(2);
        Assert.Equal((0, 0), (judge.OutOfOrder, judge.Repeats));
        await Until.HoldsAsync(async () => await AttemptsAsync() == 1);

        async Task<int> AttemptsAsync()
        {
            var story = await node.Engine.Inspector.FindEventAsync((await node.Engine.Catalog.FindTopicAsync("orders", default))!, "1-1", "1", default);
            return Assert.Single(story!.Deliveries).Attempts;
        }
    }

    [Fact]
    public async Task A_second_stop_does_nothing()
    {
        await using var node = await Node.StartAsync();
        await node.Engine.DisposeAsync();
        await node.Engine.DisposeAsync();
        Assert.True(node.Engine.Failed.IsCompletedSuccessfully);
    }
}
