using Herald.Alarms.Hosting;
using Herald.Engine.Catalogs;
using Herald.Hosting;
using Herald.TestKit.Time;
using Xunit;

namespace Herald.Alarms.Tests.Inspection;

public sealed class AlarmsPartTests
{
    private const string Change = """{"AlarmID":"a1","UserID":"anna","Status":"WARNING","ChangedAt":"2026-01-31T12:00:00.123456789+01:00"}""";

    [Fact]
    public async Task A_request_is_answered_with_a_digest_at_the_subject_of_digests()
    {
        await using var server = await AlarmsServer.StartAsync();
        var tally = await server.PublishAsync(("AlarmStatusChanged.x.y", Change), ("AlarmStatusChanged", "nonsense"), ("SendAlarmDigest.9", """{"userid":"anna"}"""));
        Assert.Equal((2, 1), (tally.Accepted, tally.Rejected));
        Assert.Equal(
            ("nats://main/AlarmDigest", """{"UserID":"anna","ActiveAlarms":[{"AlarmID":"a1","Status":"WARNING","LatestChangedAt":"2026-01-31T12:00:00.123456789+01:00"}]}"""),
            await server.Nats.NextAsync());
        await Until.HoldsAsync(
            async () => (await server.GetAsync("/v1/dead-letters")).Is(200).Items is [var letter] && letter!.ToJsonString().Contains("Not valid JSON", StringComparison.Ordinal),
            "there is one dead letter, that says why");
    }

    [Fact]
    public async Task A_user_can_be_looked_at()
    {
        await using var server = await AlarmsServer.StartAsync();
        (await server.GetAsync("/v1/alarms/users/anna")).IsProblem(404, "alarm-user-not-found");
        await server.PublishAsync(
            ("AlarmStatusChanged", Change), ("AlarmStatusChanged", Change.Replace("a1", "a0", StringComparison.Ordinal).Replace("WARNING", "CLEARED", StringComparison.Ordinal)));
        await Until.HoldsAsync(
            async () => (await server.GetAsync("/v1/alarms/users/anna")).Text
                == """{"userId":"anna","alarms":[{"alarmId":"a0","status":"CLEARED","changedAt":"2026-01-31T12:00:00.123456789+01:00","due":false},{"alarmId":"a1","status":"WARNING","changedAt":"2026-01-31T12:00:00.123456789+01:00","due":true}]}""",
            "the user is known");
        await server.PublishAsync(("SendAlarmDigest", """{"UserID":"anna"}"""));
        await server.Nats.NextAsync();
        Assert.DoesNotContain("\"due\":true", (await server.GetAsync("/v1/alarms/users/anna")).Is(200).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_users_id_may_hold_anything()
    {
        await using var server = await AlarmsServer.StartAsync();
        await server.PublishAsync(("AlarmStatusChanged", Change.Replace("anna", "a/ü%2F", StringComparison.Ordinal)));
        await Until.HoldsAsync(async () => (await server.GetAsync("/v1/alarms/users/" + Uri.EscapeDataString("a/ü%2F"))) is { Status: System.Net.HttpStatusCode.OK } found && found["userId"] == "a/ü%2F", "the user is known");
        (await server.GetAsync("/v1/alarms/users/" + new string('u', 256))).IsProblem(400, "invalid-request", "/user");
    }

    [Fact]
    public async Task What_was_published_over_HTTP_and_is_no_message_becomes_a_dead_letter()
    {
        await using var server = await AlarmsServer.StartAsync();
        (await server.SendAsync(HttpMethod.Post, "/v1/topics/alarms/events", """{"key":"anna","type":"SendAlarmDigest","payload":{"UserID":"bert"}}""")).Is(202);
        await Until.HoldsAsync(
            async () => (await server.GetAsync("/v1/dead-letters")).Is(200).Items is [var letter] && letter!.ToJsonString().Contains("Must be the UserID of the message", StringComparison.Ordinal),
            "there is one dead letter, that says why");
    }

    [Fact]
    public async Task Everything_is_as_it_was_after_a_restart_and_the_subscription_is_left_as_it_is()
    {
        var first = await AlarmsServer.StartAsync();
        await first.PublishAsync(("AlarmStatusChanged", Change), ("SendAlarmDigest", """{"UserID":"anna"}"""));
        await first.Nats.NextAsync();
        var draft = new SubscriptionDraft { Id = AlarmsPart.SubscriptionId, Topic = AlarmEvents.DigestTopic, Endpoint = "nats://other/elsewhere" };
        Assert.True((await first.Engine.Catalog.PutSubscriptionAsync(draft, new StartFrom.Now(), null, AlarmsServer.Cancel)).Done);
        await using var second = await AlarmsServer.StartAsync(directory: await first.StopAsync());
        await second.PublishAsync(
            ("SendAlarmDigest", """{"UserID":"anna"}"""), ("AlarmStatusChanged", Change.Replace("a1", "a2", StringComparison.Ordinal)), ("SendAlarmDigest", """{"UserID":"anna"}"""));
        var (endpoint, payload) = await second.Nats.NextAsync();
        Assert.Equal("nats://other/elsewhere", endpoint);
        Assert.Equal("""{"UserID":"anna","ActiveAlarms":[{"AlarmID":"a2","Status":"WARNING","LatestChangedAt":"2026-01-31T12:00:00.123456789+01:00"}]}""", payload);
    }

    [Fact]
    public async Task Digests_longer_than_a_payload_may_be_are_refused_at_the_start()
    {
        var failure = await Assert.ThrowsAsync<ServerStartException>(() => AlarmsServer.StartAsync(new AlarmsOptions { MaxDigestBytes = 2 << 20 }));
        Assert.Equal("alarms.maxDigestBytes = '2097152': A payload has at most 1048576 bytes. Lower the value, or raise intake.maxPayloadBytes.", failure.Message);
    }
}
