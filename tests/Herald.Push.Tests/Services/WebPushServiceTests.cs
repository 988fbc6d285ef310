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

    /// <summary>Only the service knows whether a subscription has ended: the clock of this machine can be wrong.</summary>
    [Fact]
    public async Task A_subscription_whose_time_has_passed_is_sent_to_all_the_same_and_the_service_decides()
    {
        var subscription = Own.Browser.Subscription;
        subscription["expirationTime"] = Rig.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        var payload = Rig.Payload("a", payload => payload["to"] = subscription);
        Assert.Equal(AttemptOutcome.Delivered, (await Rig.TryAsync(payload)).Outcome);

        Own.Service.Unsubscribe(Own.Browser);
        var expired = await Rig.TryAsync(payload);
        AssertRejected(expired, "this address is gone");
        Assert.Contains("by its expirationTime, the browser's subscription ended at 2030-01-02", expired.Reason, StringComparison.Ordinal);
        var result = await Rig.TryAsync(Rig.Payload("a"));
        AssertRejected(result, "this address is gone");
        Assert.Equal(410, result.StatusCode);
        Assert.DoesNotContain("expirationTime", result.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://10.0.0.1/push", "which is private")]
    [InlineData("https://169.254.169.254/latest", "which is link-local")]
    [InlineData("http://example.com/push", "https")]
    public async Task A_subscription_cannot_lead_into_the_network_of_the_server(string endpoint, string told)
    {
        var subscription = Own.Browser.Subscription;
        subscription["endpoint"] = endpoint;

        AssertRejected(await Rig.TryAsync(Rig.Payload("a", payload => payload["to"] = subscription)), told);
    }

    /// <summary>Whoever knows the address of a browser can send to it.</summary>
    [Fact]
    public async Task A_wrong_subscription_is_not_shown()
    {
        var subscription = Own.Browser.Subscription;
        subscription["keys"]!["p256dh"] = "AAAA";

        var result = await Rig.TryAsync(Rig.Payload("a", payload => payload["to"] = subscription));

        AssertRejected(result, "to '(a browser's subscription)'");
        Assert.DoesNotContain(Own.Browser.Endpoint.AbsolutePath, result.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PushPlan.Silence)]
    [InlineData(PushPlan.BrokenConnection)]
    [InlineData(null)]
    public async Task A_service_that_cannot_be_reached_is_the_trouble_of_its_browsers_only(PushPlan? plan)
    {
        if (plan is { } planned)
            Rig.Fake.Plan(planned);

        var gone = Own.Browser.Subscription;
        gone["endpoint"] = new Uri(Own.Nowhere, "/push/x").AbsoluteUri;
        var attempt = Rig.TryAsync(Rig.Payload("a", payload => payload["to"] = plan is null ? gone : Own.Browser.Subscription));
        if (plan == PushPlan.Silence)
        {
            await Rig.NextAsync();
            Rig.Clock.Advance(TimeSpan.FromSeconds(15));
        }

        var result = await attempt;
        Assert.Equal((AttemptOutcome.Failed, false), (result.Outcome, result.EndpointTroubled));
    }

    [Fact]
    public async Task A_service_that_does_not_answer_takes_no_place_of_messages_to_others()
    {
        await using var rig = await WebPushRig.StartAsync(connections: 1);
        await using var healthy = await FakePushService.StartAsync(new FakeWebPush(rig.Clock));
        var browser = healthy.Subscribe(rig.Keys.PublicText);
        rig.Fake.Always = PushPlan.Silence;
        var silent = rig.TryAsync(rig.Payload("a"));
        await rig.NextAsync();
        var waits = rig.TryAsync(rig.Payload("b"));

        var result = await rig.TryAsync(rig.Payload("c", payload => payload["to"] = browser.Subscription));

        Assert.Equal((AttemptOutcome.Delivered, ""), (result.Outcome, result.Reason));
        rig.Clock.Advance(TimeSpan.FromSeconds(15));
        Assert.False((await silent).EndpointTroubled);
        var late = await waits;
        Assert.Equal((AttemptOutcome.Failed, false), (late.Outcome, late.EndpointTroubled));
        var place = $"127.0.0.1:{rig.Browser.Endpoint.Port}";
        Assert.Contains($"no free place of 1 at {place} (connections) within 15s", late.Reason, StringComparison.Ordinal);
        Assert.False(rig.Fake.Calls.TryRead(out _));
    }

    [Fact]
    public async Task Places_at_services_are_forgotten_when_they_are_not_used()
    {
        var places = new ServicePlaces(2);
        var first = await places.EnterAsync("https://a", TestContext.Current.CancellationToken);
        using var stop = new CancellationTokenSource();
        using (await places.EnterAsync("https://a", TestContext.Current.CancellationToken))
        {
            var waits = places.EnterAsync("https://a", stop.Token).AsTask();
            Assert.False(waits.IsCompleted);
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waits);
        }
        using (await places.EnterAsync("https://b", TestContext.Current.CancellationToken))
            Assert.Equal(2, places.Count);
        first.Dispose();
        Assert.Equal(0, places.Count);
    }
}
