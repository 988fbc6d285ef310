using System.Globalization;
using Herald.Engine.Channels;
using Herald.LocalServers.Push;
using Herald.TestKit.Time;

namespace Herald.Push.Tests.Services;

public sealed class ApnsServiceTests : PushServiceContract
{
    private ApnsRig Own => (ApnsRig)Rig;

    private protected override async Task<PushRig> StartAsync() => await ApnsRig.StartAsync();

    [Fact]
    public async Task Headers_carry_the_id_the_topic_and_how_long_and_how_urgent()
    {
        var expires = Rig.Clock.GetUtcNow() + TimeSpan.FromMinutes(10);
        await Rig.TryAsync(Rig.Payload("a", payload =>
        {
            payload["uuid"] = "6fa459ea-ee8a-3ca4-894e-db77e160355e";
            payload["priority"] = "low";
            payload["expires"] = expires.ToString("O", CultureInfo.InvariantCulture);
            payload["category"] = "parcels";
        }));
        await Rig.TryAsync(Rig.Payload("b"));

        var call = await Rig.NextAsync();
        Assert.Equal("HTTP/2", call.Protocol);
        Assert.Equal("6fa459ea-ee8a-3ca4-894e-db77e160355e", call.Header("apns-id"));
        Assert.Equal("6fa459ea-ee8a-3ca4-894e-db77e160355e", call.Header("apns-collapse-id"));
        Assert.Equal((FakeApns.Topic, "alert"), (call.Header("apns-topic"), call.Header("apns-push-type")));
        Assert.Equal("5", call.Header("apns-priority"));
        Assert.Equal($"{expires.ToUnixTimeSeconds()}", call.Header("apns-expiration"));
        Assert.Equal("parcels", (string?)Rig.ContentOf(call)["aps"]!["thread-id"]);
        Assert.Equal("10", (await Rig.NextAsync()).Header("apns-priority"));
    }

    [Fact]
    public async Task One_token_serves_for_most_of_an_hour_and_is_renewed_before_its_end()
    {
        // The fake refuses tokens older than an hour, and new ones within 20 minutes.
        for (var minutes = 0; minutes < 300; minutes += 7)
        {
            Assert.Equal(AttemptOutcome.Delivered, (await Rig.TryAsync(Rig.Payload("a"))).Outcome);
            Rig.Clock.Advance(TimeSpan.FromMinutes(7));
        }
        Assert.InRange(Own.Service.TokensSeen, 5, 7);
    }

    [Fact]
    public async Task Providers_with_the_same_key_share_its_token_and_its_connection()
    {
        for (var i = 0; i < 3; i++)
        {
            await AssertDeliveredAsync();
            await AssertDeliveredAsync("second");
        }

        Assert.Equal(1, Own.Service.TokensSeen);
        Assert.Single(Rig.Fake.Accepted.Select(push => push.Call.Connection).Distinct());
    }

    [Fact]
    public async Task Providers_of_two_teams_share_no_connection()
    {
        for (var i = 0; i < 3; i++)
        {
            await AssertDeliveredAsync();
            await AssertDeliveredAsync("other");
        }

        Assert.Equal(2, Own.Service.TokensSeen);
        Assert.Equal(2, Rig.Fake.Accepted.Select(push => push.Call.Connection).Distinct().Count());
    }

    [Fact]
    public async Task A_message_whose_time_is_nearly_over_is_tried_once()
    {
        var expires = Rig.Clock.GetUtcNow() + TimeSpan.FromMilliseconds(500);
        await Rig.TryAsync(Rig.Payload("a", payload => payload["expires"] = expires.ToString("O", CultureInfo.InvariantCulture)));

        Assert.Equal("0", (await Rig.NextAsync()).Header("apns-expiration"));
    }

    [Fact]
    public async Task A_token_that_is_refused_is_renewed_but_not_within_20_minutes()
    {
        await Rig.TryAsync(Rig.Payload("a"));
        Rig.Fake.Plan(PushPlan.ExpiredToken);
        var refused = await Rig.TryAsync(Rig.Payload("b"));
        Assert.Equal((AttemptOutcome.Failed, 403, true), (refused.Outcome, refused.StatusCode, refused.EndpointTroubled));
        Assert.Contains("ExpiredProviderToken: is this machine's clock right?", refused.Reason, StringComparison.Ordinal);
        Assert.Equal(1, Own.Service.TokensSeen);

        Rig.Clock.Advance(TimeSpan.FromMinutes(21));
        Rig.Fake.Plan(PushPlan.ExpiredToken);
        Assert.Equal(AttemptOutcome.Delivered, (await Rig.TryAsync(Rig.Payload("c"))).Outcome);
        Assert.Equal(2, Own.Service.TokensSeen);
    }

    [Fact]
    public async Task A_clock_that_was_set_forward_makes_a_new_token()
    {
        await Rig.TryAsync(Rig.Payload("a"));
        Rig.Clock.Advance(TimeSpan.FromMinutes(21));
        Rig.Clock.Set(TimeSpan.FromHours(1));

        Assert.Equal(AttemptOutcome.Delivered, (await Rig.TryAsync(Rig.Payload("b"))).Outcome);
    }

    [Fact]
    public async Task A_wrong_key_file_that_is_corrected_is_used_at_once()
    {
        await using var other = await FakePushService.StartAsync(new FakeApns(Rig.Clock));
        var right = await File.ReadAllTextAsync(Own.KeyFile);
        await File.WriteAllTextAsync(Own.KeyFile, other.KeyFile);
        Rig.Clock.Advance(TimeSpan.FromSeconds(11));
        // Its use begins the look at the file.
        AttemptResult refused = null!;
        await Until.HoldsAsync(
            async () => (refused = await Rig.TryAsync(Rig.Payload("a"))).Outcome == AttemptOutcome.Failed, "the wrong key is used");
        Assert.Contains("InvalidProviderToken: check keyId, teamId and the key file", refused.Reason, StringComparison.Ordinal);
        Assert.True(refused.EndpointTroubled);

        await File.WriteAllTextAsync(Own.KeyFile, right);
        // If the right key was used before the look ended, Apple takes no new token of it on this connection for 20 minutes.
        Rig.Clock.Advance(TimeSpan.FromMinutes(20));
        await AssertDeliveredAsync();
    }

    [Fact]
    public async Task A_device_that_has_removed_the_app_is_gone_since_a_time()
    {
        Own.Service.Removed[Rig.Device] = new DateTimeOffset(2029, 12, 24, 18, 0, 0, TimeSpan.Zero);

        AssertRejected(await Rig.TryAsync(Rig.Payload("a")), "Unregistered since 2029-12-24T18:00:00Z");
    }

    [Fact]
    public async Task A_token_of_another_app_or_environment_is_refused_but_not_gone()
    {
        Own.Service.Devices["abcd"] = "com.example.other";

        AssertRejected(await Rig.TryAsync(Rig.Payload("a", payload => payload["to"] = "abcd")), "DeviceTokenNotForTopic");
        var unknown = await Rig.TryAsync(Rig.Payload("a", payload => payload["to"] = "beef"));
        AssertRejected(unknown, "this address is refused");
        Assert.Equal(400, unknown.StatusCode);
    }

    [Fact]
    public async Task Too_many_messages_to_one_device_do_not_slow_the_others()
    {
        Rig.Fake.Plan(PushPlan.Throttled);

        Assert.False((await Rig.TryAsync(Rig.Payload("a"))).EndpointTroubled);
        Assert.Equal(AttemptOutcome.Delivered, (await Rig.TryAsync(Rig.Payload("a"))).Outcome);
    }

    [Fact]
    public async Task Messages_go_over_one_connection_until_the_service_says_goodbye()
    {
        for (var i = 0; i < 3; i++)
            await AssertDeliveredAsync();
        var first = Assert.Single(Rig.Fake.Accepted.Select(push => push.Call.Connection).Distinct());
        Rig.Fake.Plan(PushPlan.Goodbye);

        // The goodbye can arrive after the answer.
        await Until.HoldsAsync(
            async () =>
            {
                await AssertDeliveredAsync();
                return Rig.Fake.Accepted.Last().Call.Connection != first;
            },
            "a new connection is used");
    }

    [Fact]
    public async Task A_request_that_the_service_has_not_worked_on_when_it_says_goodbye_is_sent_over_a_new_connection()
    {
        await using var rig = await ApnsRig.StartAsync(server => new GoawayRelay(server, times: 1, lastStream: 0, error: 0));

        var result = await rig.TryAsync(rig.Payload("a"));

        Assert.Equal((AttemptOutcome.Delivered, ""), (result.Outcome, result.Reason));
        Assert.Single(rig.Fake.Accepted);
    }

    [Fact]
    public async Task A_request_that_the_service_may_have_worked_on_is_a_failure_and_the_next_attempt_arrives()
    {
        const uint InternalError = 2;
        await using var rig = await ApnsRig.StartAsync(server => new GoawayRelay(server, times: 1, lastStream: 1, InternalError));

        var broken = await rig.TryAsync(rig.Payload("a"));

        Assert.Equal((AttemptOutcome.Failed, true), (broken.Outcome, broken.EndpointTroubled));
        Assert.Empty(rig.Fake.Accepted);
        Assert.Equal(AttemptOutcome.Delivered, (await rig.TryAsync(rig.Payload("a"))).Outcome);
        Assert.Single(rig.Fake.Accepted);
    }

    [Fact]
    public async Task A_connection_that_breaks_in_the_middle_of_a_request_is_a_failure_and_the_next_attempt_arrives()
    {
        Rig.Fake.Plan(PushPlan.BrokenConnection);

        var broken = await Rig.TryAsync(Rig.Payload("a"));

        Assert.Equal((AttemptOutcome.Failed, true), (broken.Outcome, broken.EndpointTroubled));
        await AssertDeliveredAsync();
    }

    [Fact]
    public async Task Goodbyes_among_many_messages_lose_none_and_double_none_that_was_answered()
    {
        Rig.Fake.Plan([.. Enumerable.Range(0, 200).Select(i => i % 20 == 19 ? PushPlan.Goodbye : PushPlan.Judged)]);

        var failures = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => FailuresUntilDeliveredAsync($"text {i}")));

        Assert.Equal(200, Rig.Fake.Accepted.Select(push => push.Content).Distinct().Count());
        Assert.InRange(Rig.Fake.Accepted.Count, 200, 200 + failures.Sum());
    }

    // A request that meets one goodbye after another fails in the end, and is tried again as any failure is.
    private async Task<int> FailuresUntilDeliveredAsync(string text)
    {
        for (var failures = 0; ; failures++)
        {
            var result = await Rig.TryAsync(Rig.Payload(text));
            if (result.Outcome == AttemptOutcome.Delivered)
                return failures;
            Assert.Equal((AttemptOutcome.Failed, true), (result.Outcome, result.EndpointTroubled));
            Assert.InRange(failures, 0, 9);
        }
    }

    private async Task AssertDeliveredAsync(string provider = "main")
    {
        var result = await Rig.TryAsync(Rig.Payload("a"), new Uri($"apns://{provider}"));
        Assert.Equal((AttemptOutcome.Delivered, ""), (result.Outcome, result.Reason));
    }
}
