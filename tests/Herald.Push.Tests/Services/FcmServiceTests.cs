using System.Globalization;
using Herald.Engine.Channels;
using Herald.LocalServers.Push;
using Herald.TestKit.Time;

namespace Herald.Push.Tests.Services;

public sealed class FcmServiceTests : PushServiceContract
{
    private FcmRig Own => (FcmRig)Rig;

    private protected override async Task<PushRig> StartAsync() => await FcmRig.StartAsync();

    [Fact]
    public async Task The_message_says_how_long_and_how_urgent_for_each_platform()
    {
        var expires = Rig.Clock.GetUtcNow() + TimeSpan.FromMinutes(10);
        await Rig.TryAsync(Rig.Payload("a", payload =>
        {
            payload["uuid"] = "6fa459ea-ee8a-3ca4-894e-db77e160355e";
            payload["priority"] = "high";
            payload["expires"] = expires.ToString("O", CultureInfo.InvariantCulture);
        }));

        var message = Rig.ContentOf(await Rig.NextAsync());
        Assert.Equal(Rig.Device, (string?)message["token"]);
        Assert.Equal("HIGH", (string?)message["android"]!["priority"]);
        Assert.Equal("600s", (string?)message["android"]!["ttl"]);
        Assert.Equal("6fa459ea-ee8a-3ca4-894e-db77e160355e", (string?)message["android"]!["notification"]!["tag"]);
        Assert.Equal("6fa459ea-ee8a-3ca4-894e-db77e160355e", (string?)message["apns"]!["headers"]!["apns-collapse-id"]);
        Assert.Equal($"{expires.ToUnixTimeSeconds()}", (string?)message["apns"]!["headers"]!["apns-expiration"]);
        Assert.Equal("high", (string?)message["webpush"]!["headers"]!["Urgency"]);
    }

    [Fact]
    public async Task One_access_token_serves_all_messages()
    {
        for (var i = 0; i < 5; i++)
            Assert.Equal(AttemptOutcome.Delivered, (await Rig.TryAsync(Rig.Payload("a"))).Outcome);

        Assert.Equal(1, Own.Service.TokensAsked);
    }

    [Fact]
    public async Task Many_messages_at_once_wait_for_one_access_token()
    {
        var gate = Own.Service.HoldTokens();
        var attempts = Enumerable.Range(0, 50).Select(_ => Rig.TryAsync(Rig.Payload("a"))).ToList();
        gate.SetResult();

        Assert.All(await Task.WhenAll(attempts), result => Assert.Equal(AttemptOutcome.Delivered, result.Outcome));
        Assert.Equal((1, 1), (Own.Service.TokensAsked, Own.Service.MostTokensAtOnce));
    }

    [Fact]
    public async Task An_access_token_is_renewed_before_it_ends_while_messages_go_on()
    {
        await Rig.TryAsync(Rig.Payload("a"));
        Rig.Clock.Advance(TimeSpan.FromMinutes(56));
        var gate = Own.Service.HoldTokens();

        // The old one is still good.
        Assert.Equal(AttemptOutcome.Delivered, (await Rig.TryAsync(Rig.Payload("b"))).Outcome);
        Assert.Equal(AttemptOutcome.Delivered, (await Rig.TryAsync(Rig.Payload("c"))).Outcome);
        gate.SetResult();
        await Until.HoldsAsync(() => Own.Service.TokensGiven == 2, "the token is renewed");
        Assert.Equal((2, 1), (Own.Service.TokensAsked, Own.Service.MostTokensAtOnce));
    }

    [Fact]
    public async Task A_message_after_the_end_of_the_access_token_waits_for_the_next_one()
    {
        await Rig.TryAsync(Rig.Payload("a"));
        Rig.Clock.Advance(TimeSpan.FromHours(2));

        Assert.Equal(AttemptOutcome.Delivered, (await Rig.TryAsync(Rig.Payload("b"))).Outcome);
        Assert.Equal(2, Own.Service.TokensGiven);
    }

    [Fact]
    public async Task An_access_token_that_is_refused_is_renewed_once()
    {
        await Rig.TryAsync(Rig.Payload("a"));
        Own.Service.EndTokens();
        Assert.Equal(AttemptOutcome.Delivered, (await Rig.TryAsync(Rig.Payload("b"))).Outcome);
        Assert.Equal(2, Own.Service.TokensGiven);

        Rig.Fake.Plan(PushPlan.ExpiredToken, PushPlan.ExpiredToken);
        var refused = await Rig.TryAsync(Rig.Payload("c"));
        Assert.Equal((AttemptOutcome.Failed, 401, true), (refused.Outcome, refused.StatusCode, refused.EndpointTroubled));
        Assert.Equal(3, Own.Service.TokensGiven);
    }

    [Theory]
    [InlineData(400, "{\"error\": \"invalid_grant\", \"error_description\": \"Invalid JWT\"}", "invalid_grant: Invalid JWT")]
    [InlineData(503, "<html>", "answered 503")]
    [InlineData(200, "<html>", "without a usable access_token")]
    [InlineData(200, "{\"access_token\": \"a\\r\\nb\", \"expires_in\": 3600}", "without a usable access_token")]
    [InlineData(200, "{\"access_token\": \"a\", \"expires_in\": 0}", "one that has ended")]
    [InlineData(200, "{\"access_token\": 7}", "without a usable access_token")]
    [InlineData(200, "[]", "without a usable access_token")]
    public async Task Without_an_access_token_nothing_is_sent_and_the_reason_is_told(int status, string body, string told)
    {
        Own.Service.PlanToken(new PushAnswer(status, body));

        var result = await Rig.TryAsync(Rig.Payload("a"));

        Assert.Equal((AttemptOutcome.Failed, AttemptStage.Connect, true), (result.Outcome, result.Stage, result.EndpointTroubled));
        Assert.Contains("no access token", result.Reason, StringComparison.Ordinal);
        Assert.Contains(told, result.Reason, StringComparison.Ordinal);
        Assert.False(Rig.Fake.Calls.TryRead(out _));
        Assert.Equal(AttemptOutcome.Delivered, (await Rig.TryAsync(Rig.Payload("a"))).Outcome);
    }

    [Fact]
    public async Task A_token_endpoint_that_hangs_costs_the_time_of_one_attempt()
    {
        Own.Service.HoldTokens();
        var attempt = Rig.TryAsync(Rig.Payload("a"), timeout: TimeSpan.FromSeconds(5));
        await Until.HoldsAsync(() => Own.Service.TokensAsked == 1, "a token is asked for");
        Rig.Clock.Advance(TimeSpan.FromSeconds(5));

        var result = await attempt;
        Assert.Equal((AttemptOutcome.Failed, true), (result.Outcome, result.EndpointTroubled));
        // A little less than all of it, so that the failure names what did not come.
        Assert.Equal(TimeSpan.FromSeconds(4.5), result.Duration);
        Assert.Contains("127.0.0.1 gave no access token in time", result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sender_over_its_quota_waits_a_minute_when_nothing_is_said()
    {
        Rig.Fake.WaitSeconds = null;
        Rig.Fake.Plan(PushPlan.Throttled);

        var result = await Rig.TryAsync(Rig.Payload("a"));

        Assert.Equal((TimeSpan.FromMinutes(1), true), (result.RetryAfter, result.EndpointTroubled));
    }

    [Fact]
    public async Task Addresses_that_are_wrong_are_told_apart_from_those_that_are_gone()
    {
        Own.Service.Devices["device-of-others"] = "another-project";

        AssertRejected(await Rig.TryAsync(Rig.Payload("a", payload => payload["to"] = "device-of-others")), "SENDER_ID_MISMATCH");
        AssertRejected(await Rig.TryAsync(Rig.Payload("a", payload => payload["to"] = "short")), "this address is refused");
        AssertRejected(await Rig.TryAsync(Rig.Payload("a", payload => payload["to"] = "device-never-seen")), "this address is gone");
    }

    [Theory]
    [InlineData("from")]
    [InlineData("message_type")]
    public async Task Names_that_the_service_keeps_for_itself_are_rejected(string name)
    {
        var payload = $"{{\"to\": \"{Rig.Device}\", \"text\": \"a\", \"data\": {{\"{name}\": \"b\"}}}}";

        AssertRejected(await Rig.TryAsync(payload), $"data.{name}: FCM reserves this name");
    }

    [Fact]
    public async Task A_new_file_of_the_account_is_used_within_seconds_and_at_once_when_the_old_one_is_refused()
    {
        await using var second = await FakePushService.StartAsync(new FakeFcm(Rig.Clock));
        await Rig.TryAsync(Rig.Payload("a"));
        // The new account has its tokens from elsewhere, and this service does not know them.
        var foreign = new PushAnswer(200, "{\"access_token\": \"of-others\", \"expires_in\": 3600}");
        second.PlanToken(foreign);
        second.PlanToken(foreign);
        await File.WriteAllTextAsync(Own.AccountFile, second.AccountFile);
        Rig.Clock.Advance(TimeSpan.FromSeconds(11));

        // Its use begins the look at the file.
        AttemptResult? result = null;
        await Until.HoldsAsync(
            async () => (result = await Rig.TryAsync(Rig.Payload("c"))).Outcome == AttemptOutcome.Failed, "the new account is used");
        Assert.Equal((401, 2), (result!.StatusCode, second.TokensAsked));

        await File.WriteAllTextAsync(Own.AccountFile, Own.Service.AccountFile);
        Assert.Equal(AttemptOutcome.Delivered, (await Rig.TryAsync(Rig.Payload("d"))).Outcome);
    }

    /// <summary>The answer 401 proves that FCM does not have the message. So the wait for another token is no wait for an answer.</summary>
    [Fact]
    public async Task After_a_refused_token_the_next_provider_may_be_used()
    {
        await Rig.TryAsync(Rig.Payload("a"));
        Own.Service.EndTokens();
        var gate = Own.Service.HoldTokens();

        var attempt = Rig.TryAsync(Rig.Payload("b"), new Uri("fcm://main?then=down"));
        await Until.HoldsAsync(() => Own.Service.TokensAsked == 2, "another token is asked for");
        await Rig.Clock.AdvanceUntilAsync(attempt, TimeSpan.FromMilliseconds(100));

        var result = await attempt;
        Assert.Equal(AttemptOutcome.Failed, result.Outcome);
        Assert.Contains("main: 127.0.0.1 gave no access token in time; down: ", result.Reason, StringComparison.Ordinal);
        gate.SetResult();
    }
}
