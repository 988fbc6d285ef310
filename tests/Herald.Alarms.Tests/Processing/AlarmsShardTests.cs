using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Herald.Alarms.Tests.Processing;

public sealed class AlarmsShardTests(EngineFixture engine)
{
    private const string T1 = "2026-01-31T12:00:00.000000001Z", T2 = "2026-01-31T12:00:00.000000002Z", T3 = "2026-01-31T12:00:00.000000003Z";

    private static readonly DateTimeOffset Now = new(2026, 2, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_digest_is_an_event_of_the_user_named_by_its_request()
    {
        using var rig = new ShardRig(engine);
        var came = await rig.TakeAsync(Change("a", "WARNING", T1), Request());
        Assert.Equal(
            [new Digest("alarm-digests", "3-2", "u", "AlarmDigest", "application/json", $$"""{"UserID":"u","ActiveAlarms":[{"AlarmID":"a","Status":"WARNING","LatestChangedAt":"{{T1}}"}]}""")],
            came.Digests);
    }

    [Fact]
    public async Task What_was_sent_is_not_sent_again_until_it_changes()
    {
        using var rig = new ShardRig(engine);
        Assert.Equal(["a WARNING 1"], await ActiveAsync(rig, Change("a", "WARNING", T1)));
        Assert.Empty(await ActiveAsync(rig));
        Assert.Empty(await ActiveAsync(rig, Change("a", "WARNING", T2)));
        Assert.Equal(["a CRITICAL 3"], await ActiveAsync(rig, Change("a", "CRITICAL", T3)));
    }

    [Fact]
    public async Task Changed_and_back_is_changed()
    {
        using var rig = new ShardRig(engine);
        Assert.Equal(["a WARNING 1"], await ActiveAsync(rig, Change("a", "WARNING", T1)));
        Assert.Equal(["a WARNING 3"], await ActiveAsync(rig, Change("a", "CLEARED", T2), Change("a", "WARNING", T3)));
    }

    [Fact]
    public async Task What_is_due_has_its_latest_status_and_time()
    {
        using var rig = new ShardRig(engine);
        Assert.Equal(["a CRITICAL 3"], await ActiveAsync(rig, Change("a", "WARNING", T1), Change("a", "CRITICAL", T2), Change("a", "CRITICAL", T3)));
    }

    [Fact]
    public async Task A_change_that_is_older_is_ignored_and_the_later_of_equal_ones_counts()
    {
        using var rig = new ShardRig(engine);
        Assert.Equal(["a WARNING 2"], await ActiveAsync(rig, Change("a", "WARNING", T2), Change("a", "CRITICAL", T1)));
        Assert.Equal(["a CRITICAL 2"], await ActiveAsync(rig, Change("a", "CRITICAL", T2)));
        Assert.Empty(await ActiveAsync(rig, Change("a", "CRITICAL", T2)));
    }

    [Fact]
    public async Task A_cleared_alarm_is_in_no_digest_and_a_late_change_does_not_revive_it()
    {
        using var rig = new ShardRig(engine);
        Assert.Empty(await ActiveAsync(rig, Change("a", "WARNING", T1), Change("a", "CLEARED", T3)));
        Assert.Empty(await ActiveAsync(rig, Change("a", "CRITICAL", T2)));
        Assert.Empty(await ActiveAsync(rig, Change("b", "CLEARED", T3), Change("b", "CRITICAL", T2)));
    }

    [Fact]
    public async Task The_oldest_is_first_and_of_equals_the_first_by_bytes()
    {
        using var rig = new ShardRig(engine);
        Assert.Equal(
            ["z WARNING 1", "B CRITICAL 2", "a WARNING 2", "é WARNING 2", "c WARNING 3"],
            await ActiveAsync(rig, Change("c", "WARNING", T3), Change("é", "WARNING", T2), Change("a", "WARNING", T2), Change("B", "CRITICAL", T2), Change("z", "WARNING", T1)));
    }

    [Fact]
    public async Task Users_have_nothing_to_do_with_each_other()
    {
        using var rig = new ShardRig(engine);
        var came = await rig.TakeAsync(Sent.Change("u", "a", "WARNING", T1, Now), Sent.Change("v", "a", "CRITICAL", T2, Now), Sent.Request("v", Now), Sent.Request("w", Now), Sent.Request("u", Now));
        Assert.Equal(["v", "u"], came.Digests.Select(digest => digest.Key));
        Assert.Equal(["u", "v"], rig.Users.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Who_wants_it_is_told_that_nothing_is_due()
    {
        using var rig = new ShardRig(engine, new AlarmsOptions { EmptyDigest = true });
        Assert.Equal(["""{"UserID":"u","ActiveAlarms":[]}"""], (await rig.TakeAsync(Request())).Payloads);
        Assert.Empty(rig.Users);
        Assert.Single((await rig.TakeAsync(Change("a", "CLEARED", T1), Request())).Payloads, """{"UserID":"u","ActiveAlarms":[]}""");
    }

    [Fact]
    public async Task A_digest_that_is_too_long_is_several_with_ids_of_their_own()
    {
        using var rig = new ShardRig(engine, new AlarmsOptions { MaxDigestBytes = 4096 });
        var changes = Enumerable.Range(0, 120).Select(i => Change($"alarm-{119 - i:000}", "WARNING", string.Create(CultureInfo.InvariantCulture, $"2026-01-31T12:00:00.{i:000}Z"))).ToList();
        var came = await rig.TakeAsync([.. changes, Request()]);
        Assert.Equal(["3-121-1", "3-121-2", "3-121-3"], came.Digests.Select(digest => digest.Id));
        Assert.Equal(
            Enumerable.Range(0, 120).Select(i => $"alarm-{119 - i:000}"),
            came.Payloads.SelectMany(payload => JsonNode.Parse(payload)!["ActiveAlarms"]!.AsArray()).Select(entry => entry!["AlarmID"]!.ToString()));
        Assert.All(came.Payloads, payload => Assert.InRange(payload.Length, 1, 4096));
        Assert.Empty((await rig.TakeAsync(Request())).Digests);
    }

    [Theory]
    [InlineData("AlarmStatusChanged", "u", """{"UserID":"u"}""", "AlarmID is missing: A change needs UserID, AlarmID, Status and ChangedAt.")]
    [InlineData("AlarmStatusChanged", "v", """{"AlarmID":"a","UserID":"u","Status":"WARNING","ChangedAt":"2026-01-31T12:00:00Z"}""", "key = 'v': Must be the UserID of the message, which is 'u'.")]
    [InlineData("AlarmStatusChanged", null, """{"AlarmID":"a","UserID":"u","Status":"WARNING","ChangedAt":"2026-01-31T12:00:00Z"}""", "key = '': Must be the UserID of the message, which is 'u'.")]
    [InlineData("SendAlarmDigest", "u", "[]", "value = '[]': A message must be one JSON object.")]
    [InlineData("SendAlarmDigest", "v", """{"UserID":"u"}""", "key = 'v': Must be the UserID of the message, which is 'u'.")]
    [InlineData("", "u", """{"UserID":"u"}""", "type = '': Must be AlarmStatusChanged or SendAlarmDigest.")]
    [InlineData("SendAlarmDigest.9", "u", """{"UserID":"u"}""", "type = 'SendAlarmDigest.9': Must be AlarmStatusChanged or SendAlarmDigest.")]
    public async Task What_is_no_message_is_rejected_and_the_others_go_on(string type, string? key, string json, string reason)
    {
        using var rig = new ShardRig(engine);
        var came = await rig.TakeAsync(Change("a", "WARNING", T1), new Sent(type, key, json, Now), Request());
        Assert.Equal([(2L, reason)], came.Rejected);
        Assert.Equal("3-3", Assert.Single(came.Digests).Id);
    }

    [Fact]
    public async Task A_key_longer_than_any_user_is_rejected()
    {
        using var rig = new ShardRig(engine);
        Assert.Single((await rig.TakeAsync(new Sent("SendAlarmDigest", new string('u', 1000), """{"UserID":"u"}""", Now))).Rejected);
    }

    [Fact]
    public async Task Past_the_bound_the_cleared_alarm_heard_longest_ago_makes_room_and_without_one_there_is_none()
    {
        using var rig = new ShardRig(engine, new AlarmsOptions { MaxAlarmsPerUser = 3 });
        await rig.TakeAsync(
            Change("c1", "CLEARED", T2, Now.AddDays(1)), Change("c0", "CLEARED", T2, Now.AddDays(2)), Change("w", "WARNING", T2, Now.AddDays(2)),
            Change("x", "WARNING", T2, Now.AddDays(2)));
        Assert.Equal(["c0", "w", "x"], Alarms(rig));
        await rig.TakeAsync(Change("y", "WARNING", T2, Now.AddDays(2)));
        Assert.Equal(["w", "x", "y"], Alarms(rig));
        var came = await rig.TakeAsync(Change("z", "CRITICAL", T3, Now.AddDays(2)), Change("w", "CRITICAL", T3, Now.AddDays(2)));
        Assert.Equal((6L, "AlarmID = 'z': The user already has 3 active alarms, which is the limit (alarms.maxAlarmsPerUser)."), Assert.Single(came.Rejected));
        Assert.Equal(["w", "x", "y"], Alarms(rig));

        static IEnumerable<string> Alarms(ShardRig rig) => rig.UserOf("u").Alarms.ToArray().Select(alarm => Encoding.UTF8.GetString(alarm.Id.Span));
    }

    [Fact]
    public async Task A_user_is_read_once_and_saved_once_in_a_batch()
    {
        using var rig = new ShardRig(engine);
        await rig.TakeAsync(Change("a", "WARNING", T1));
        rig.Restart();
        rig.Read.Clear();
        var came = await rig.TakeAsync([.. Enumerable.Range(0, 50).Select(i => Change($"b{i}", "WARNING", T2)), Request(), Change("a", "CRITICAL", T3)]);
        Assert.Equal(["f", "u/u"], rig.Read.Order(StringComparer.Ordinal));
        Assert.Equal(["u/u"], came.Written);
        Assert.Equal(came.BytesSaved, came.BytesSet);
    }

    [Fact]
    public async Task What_changes_nothing_saves_nothing()
    {
        using var rig = new ShardRig(engine);
        await rig.TakeAsync(Change("a", "WARNING", T2), Request());
        Assert.Empty((await rig.TakeAsync(Change("a", "WARNING", T2), Change("a", "CRITICAL", T1), Request())).Written);
    }

    [Fact]
    public async Task A_damaged_record_stops_its_own_user_and_says_whose_it_is()
    {
        using var rig = new ShardRig(engine);
        rig.Put("u/u", [1, 2, 3]);
        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => rig.TakeAsync(Request()));
        Assert.StartsWith("The stored alarms of user 'u' cannot be read: ", failure.Message, StringComparison.Ordinal);
        Assert.Single((await rig.TakeAsync(Sent.Change("v", "a", "WARNING", T1, Now), Sent.Request("v", Now))).Digests);
    }

    private static Sent Change(string alarm, string status, string changedAt, DateTimeOffset? acceptedAt = null) => Sent.Change("u", alarm, status, changedAt, acceptedAt ?? Now);

    private static Sent Request() => Sent.Request("u", Now);

    /// <summary>Returns the content of the digest after these changes: alarm, status, and the last digit of its time.</summary>
    private static async Task<IReadOnlyList<string>> ActiveAsync(ShardRig rig, params Sent[] changes)
    {
        var came = await rig.TakeAsync([.. changes, Request()]);
        Assert.Empty(came.Rejected);
        return [.. came.Payloads.SelectMany(payload => JsonNode.Parse(payload)!["ActiveAlarms"]!.AsArray()).Select(entry => $"{entry!["AlarmID"]} {entry["Status"]} {entry["LatestChangedAt"]!.ToString()[^2]}")];
    }
}
