using Herald.Engine.Channels;
using Herald.Engine.Subscriptions;
using Herald.Engine.Tests.Sending;
using Herald.TestKit.Hashes;
using Xunit;

namespace Herald.Engine.Tests.Shards;

/// <summary>Two keys that have the same hash by chance. Their events share a lane and wait for each other; none is lost.</summary>
public sealed class SharedLaneTests : IAsyncDisposable
{
    private static readonly string[] Keys = [OneLane.One, OneLane.Other, OneLane.One, OneLane.Other, "k"];
    private readonly HostScene _scene = new();

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    [Fact]
    public async Task They_are_sent_one_after_the_other_in_the_order_of_all_of_them()
    {
        await StartAsync(RetryPolicy.Default);
        var first = await _scene.ExpectAsync("0");
        (await _scene.ExpectAsync("4")).Answer(AttemptResult.Delivered);
        Assert.Equal(0, _scene.Channel.Waiting);
        first.Answer(Results.Status500);
        (await _scene.ExpectLaterAsync("0")).Answer(AttemptResult.Delivered);
        foreach (var payload in new[] { "1", "2", "3" })
            (await _scene.ExpectAsync(payload)).Answer(AttemptResult.Delivered);
        await _scene.Store.WhenAsync(commit => commit.SettledBelow == 6);
        Assert.Equal(0, _scene.Blocked.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_that_is_held_holds_up_the_other_until_it_is_let_go(bool discard)
    {
        await StartAsync(new RetryPolicy { MaxAttempts = 1, OnExhausted = OnExhausted.Hold });
        (await _scene.ExpectAsync("0")).Answer(Results.Status500);
        (await _scene.ExpectAsync("4")).Answer(AttemptResult.Delivered);
        await _scene.Store.WhenAsync(_ => _scene.Blocked.Count == 1);
        // One more event of each key arrives while they wait.
        await _scene.PublishAsync(["5", "6"], i => Keys[i]);
        var number = (await _scene.Catalog.FindSubscriptionAsync("s", default))!.Number;
        Assert.Equal(0, _scene.Channel.Waiting);
        Assert.True(await _scene.Host.CallAsync(machine => machine.OnRelease(number, 1, discard), default));
        foreach (var payload in discard ? new[] { "1", "2", "3", "5", "6" } : ["0", "1", "2", "3", "5", "6"])
            (await _scene.ExpectLaterAsync(payload)).Answer(AttemptResult.Delivered);
        await _scene.Store.WhenAsync(commit => commit.SettledBelow == 8);
        Assert.Equal(0, _scene.Blocked.Count);
    }

    private async Task StartAsync(RetryPolicy retry)
    {
        await _scene.StartAsync(draft => draft with { Retry = retry });
        await _scene.PublishAsync([.. Keys.Select((_, i) => $"{i}")], i => Keys[i]);
    }
}
