using Herald.Engine.Channels;
using Herald.LocalServers.Push;

namespace Herald.Push.Tests.Services;

/// <summary>Providers with a next one. The provider 'down' cannot be reached.</summary>
public sealed class ChainTests
{
    [Theory]
    [InlineData("fcm")]
    [InlineData("apns")]
    public async Task The_next_provider_sends_what_the_first_one_certainly_has_not_sent(string scheme)
    {
        await using var rig = await StartAsync(scheme);

        var result = await rig.TryAsync(rig.Payload("Hello"), new Uri($"{scheme}://down?then=main"));

        Assert.Equal((AttemptOutcome.Delivered, ""), (result.Outcome, result.Reason));
        Assert.Single(rig.Fake.Accepted);
    }

    [Theory]
    [InlineData("fcm")]
    [InlineData("apns")]
    public async Task The_next_provider_does_not_send_what_the_first_one_may_have_sent(string scheme)
    {
        await using var rig = await StartAsync(scheme);
        rig.Fake.Plan(PushPlan.Silence);

        var attempt = rig.TryAsync(rig.Payload("Hello"), new Uri($"{scheme}://main?then=down"), TimeSpan.FromSeconds(20));
        await rig.NextAsync();
        // It has more than its share of the time, because no other provider may be used.
        rig.Clock.Advance(TimeSpan.FromSeconds(20) - TimeSpan.FromTicks(1));
        Assert.False(attempt.IsCompleted);
        rig.Clock.Advance(TimeSpan.FromTicks(1));
        var result = await attempt;
        Assert.Equal(TimeSpan.FromSeconds(20), result.Duration);
        Assert.Equal((AttemptOutcome.Failed, AttemptStage.Wait), (result.Outcome, result.Stage));
        Assert.DoesNotContain("down", result.Reason, StringComparison.Ordinal);

        // The repeat stays with the provider that may have the message, although the endpoint names another one first.
        var repeat = await rig.TryAsync(rig.Payload("Hello"), new Uri($"{scheme}://down?then=main"));
        Assert.Equal((AttemptOutcome.Delivered, ""), (repeat.Outcome, repeat.Reason));
    }

    private static async Task<PushRig> StartAsync(string scheme) =>
        scheme == "fcm" ? await FcmRig.StartAsync() : await ApnsRig.StartAsync();
}
