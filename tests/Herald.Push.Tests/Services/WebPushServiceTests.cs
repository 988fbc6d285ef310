using System.Globalization;
using Herald.Engine.Channels;
using Herald.LocalServers.Push;
using Herald.Push.WebPush;

namespace Herald.Push.Tests.Services;

public sealed class WebPushServiceTests : PushServiceContract
{
    private WebPushRig Own => (WebPushRig)Rig;

    private protected override async Task<PushRig> StartAsync() => await WebPushRig.StartAsync();

    [Fact]
    public async Task Headers_say_how_long_and_how_urgent_and_a_repeat_has_the_same_topic()
    {
        await Rig.TryAsync(Rig.Payload("a", payload =>
        {
            payload["uuid"] = "6fa459ea-ee8a-3ca4-894e-db77e160355e";
            payload["priority"] = "high";
            payload["expires"] = (Rig.Clock.GetUtcNow() + TimeSpan.FromSeconds(90.7)).ToString("O", CultureInfo.InvariantCulture);
        }));
        await Rig.TryAsync(Rig.Payload("b"));
        await Rig.TryAsync(Rig.Payload("b"));

        var first = await Rig.NextAsync();
        Assert.Equal(("90", "high"), (first.Header("ttl"), first.Header("urgency")));
        Assert.Equal("6fa459eaee8a3ca4894edb77e160355e", first.Header("topic"));
        var second = await Rig.NextAsync();
        Assert.Equal(("2419200", "normal"), (second.Header("ttl"), second.Header("urgency")));
        Assert.Equal(second.Header("topic"), (await Rig.NextAsync()).Header("topic"));
    }

    [Fact]
    public async Task Two_messages_with_the_same_text_look_different_on_the_wire()
    {
        await Rig.TryAsync(Rig.Payload("same"));
        await Rig.TryAsync(Rig.Payload("same"));

        Assert.NotEqual((await Rig.NextAsync()).Body, (await Rig.NextAsync()).Body);
    }

    [Fact]
    public async Task A_service_in_trouble_does_not_trouble_the_provider_because_recipients_choose_it()
    {
        Rig.Fake.Plan(PushPlan.Throttled, PushPlan.Unavailable);

        Assert.False((await Rig.TryAsync(Rig.Payload("a"))).EndpointTroubled);
        Assert.False((await Rig.TryAsync(Rig.Payload("a"))).EndpointTroubled);
        // No pause holds up the messages to others.
        Assert.Equal(AttemptOutcome.Delivered, (await Rig.TryAsync(Rig.Payload("a"))).Outcome);
    }

    [Fact]
    public async Task A_browser_that_subscribed_with_another_key_is_a_failure_that_says_so()
    {
        using var other = VapidKeys.Draw();
        var browser = Own.Service.Subscribe(other.PublicText);

        var result = await Rig.TryAsync(Rig.Payload("a", payload => payload["to"] = browser.Subscription.ToJsonString()));

        Assert.Equal((AttemptOutcome.Failed, 403), (result.Outcome, result.StatusCode));
        Assert.Contains("did the browser subscribe with the public key of this provider?", result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_file_that_was_corrected_is_used_at_once_when_the_old_key_is_refused()
    {
        using var other = VapidKeys.Draw();
        var browser = Own.Service.Subscribe(other.PublicText);
        await File.WriteAllTextAsync(Own.KeyFile, WebPushRig.FileOf(other));

        var result = await Rig.TryAsync(Rig.Payload("a", payload => payload["to"] = browser.Subscription));

        Assert.Equal((AttemptOutcome.Delivered, ""), (result.Outcome, result.Reason));
    }

    [Fact]
    public async Task A_token_that_is_refused_is_renewed_once_unless_it_is_new()
    {
        Rig.Fake.Plan(PushPlan.ExpiredToken);
        var refused = await Rig.TryAsync(Rig.Payload("a"));
        Assert.Equal((AttemptOutcome.Failed, 401), (refused.Outcome, refused.StatusCode));

        Rig.Clock.Advance(TimeSpan.FromMinutes(2));
        Rig.Fake.Plan(PushPlan.ExpiredToken);
        Assert.Equal(AttemptOutcome.Delivered, (await Rig.TryAsync(Rig.Payload("a"))).Outcome);

        await Rig.NextAsync();
        Assert.NotEqual((await Rig.NextAsync()).Header("authorization"), (await Rig.NextAsync()).Header("authorization"));
    }

    [Fact]
    public async Task A_subscription_that_has_expired_or_was_ended_is_gone()
    {
        var subscription = Own.Browser.Subscription;
        subscription["expirationTime"] = Rig.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        var expired = await Rig.TryAsync(Rig.Payload("a", payload => payload["to"] = subscription));
        AssertRejected(expired, "this address is gone: it expired at");

        Own.Service.Unsubscribe(Own.Browser);
        var result = await Rig.TryAsync(Rig.Payload("a"));
        AssertRejected(result, "this address is gone");
        Assert.Equal(410, result.StatusCode);
    }

    [Theory]
    [InlineData("https://10.0.0.1/push")]
    [InlineData("https://169.254.169.254/latest")]
    [InlineData("http://example.com/push")]
    public async Task A_subscription_cannot_lead_into_the_network_of_the_server(string endpoint)
    {
        var subscription = Own.Browser.Subscription;
        subscription["endpoint"] = endpoint;

        AssertRejected(await Rig.TryAsync(Rig.Payload("a", payload => payload["to"] = subscription)), "");
    }
}
