using Herald.Engine.Channels;
using Herald.Engine.Subscriptions;
using Herald.Engine.Tests.Sending;
using Xunit;

namespace Herald.Engine.Tests.Shards;

/// <summary>A shard processes results late, because it had to wait for a slow store.</summary>
public sealed class LateShardTests
{
    [Fact(Timeout = 60_000)]
    public async Task The_age_of_a_delivery_is_judged_by_when_its_attempt_ended()
    {
        await using var scene = new HostScene();
        scene.Channel.AnswersAtOnce = true;
        await scene.StartAsync(draft => draft with { Retry = new RetryPolicy { MaxAge = TimeSpan.FromMinutes(10) } });
        await scene.PublishAsync(["one"]);
        var tried = await scene.ExpectAsync("one");
        // The call occupies the shard's loop, so the shard takes the result only after this hour.
        await scene.Host.CallAsync(
            _ =>
            {
                tried.Answer(Results.Status500);
                scene.Clock.Advance(TimeSpan.FromHours(1));
                return 0;
            },
            TestContext.Current.CancellationToken);
        (await scene.ExpectLaterAsync("one")).Answer(AttemptResult.Delivered);
        Assert.Empty(scene.Store.Commits.SelectMany(one => one.DeadLetters));
    }
}
