using Herald.Lab.Processes;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Herald.Client;
using Herald.Lab.Alarms;
using Herald.TestKit.Databases;
using Herald.TestKit.Nats;
using Xunit;

namespace Herald.EndToEnd.Alarms;

/// <summary>Messages that break a rule, between messages that do not.</summary>
public sealed class RefusedTests
{
    private const string Change = "AlarmStatusChanged", Request = "SendAlarmDigest", IdRule = "Must be a text of 1 to 255 bytes of UTF-8.", TimeRule =
        "Must be a time as in RFC 3339, with an offset and at most nine digits after the seconds, for example 2026-01-31T12:00:00.123456789Z. Leap seconds are not allowed.";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Invalid messages, each with the reason that its dead letter must give.</summary>
    private static readonly (string Subject, string Text, string Reason)[] Refused =
    [
        (Change, "", "value = '': Not valid JSON at line 1, byte 1."),
        (Change, "{\"UserID\":", "value = '{\"UserID\":': Not valid JSON at line 1, byte 11."),
        (Change, "[]", "value = '[]': A message must be one JSON object."),
        (Request, "{\"UserID\":\"u\"}{}", "value = '{\"UserID\":\"u\"}{}': Not valid JSON at line 1, byte 15."),
        (Request, "{}", "UserID is missing: A request for a digest needs UserID."),
        (Request + ".x", """{"UserID":""}""", $"UserID = '': {IdRule}"),
        (Change, """{"AlarmID":"a","Status":"WARNING","ChangedAt":"2024-05-01T10:00:00Z"}""", "UserID is missing: A change needs UserID, AlarmID, Status and ChangedAt."),
        (Change, """{"UserID":"u","Status":"WARNING","ChangedAt":"2024-05-01T10:00:00Z"}""", "AlarmID is missing: A change needs UserID, AlarmID, Status and ChangedAt."),
        (Change, """{"UserID":"u","AlarmID":"a","ChangedAt":"2024-05-01T10:00:00Z"}""", "Status is missing: A change needs UserID, AlarmID, Status and ChangedAt."),
        (Change, """{"UserID":"u","AlarmID":"a","Status":"WARNING"}""", "ChangedAt is missing: A change needs UserID, AlarmID, Status and ChangedAt."),
        (Change, """{"UserID":"u","userid":"v","AlarmID":"a","Status":"WARNING","ChangedAt":"2024-05-01T10:00:00Z"}""", "UserID is given twice: Give each field only once; letter case does not matter."),
        (Change, """{"UserID":7,"AlarmID":"a","Status":"WARNING","ChangedAt":"2024-05-01T10:00:00Z"}""", $"UserID = '7': {IdRule}"),
        (Change, """{"UserID":"u","AlarmID":[1],"Status":"WARNING","ChangedAt":"2024-05-01T10:00:00Z"}""", $"AlarmID = '[…]': {IdRule}"),
        (Change, """{"UserID":"u","AlarmID":"a","Status":"warning","ChangedAt":"2024-05-01T10:00:00Z"}""", "Status = 'warning': Must be CLEARED, WARNING or CRITICAL."),
        (Change + ".eu", """{"UserID":"u","AlarmID":"a","Status":"WARNING","ChangedAt":"2024-05-01T10:00:60Z"}""", $"ChangedAt = '2024-05-01T10:00:60Z': {TimeRule}"),
        (Change, """{"UserID":"u","AlarmID":"a","Status":"WARNING","ChangedAt":"2024-05-01 10:00:00Z"}""", $"ChangedAt = '2024-05-01 10:00:00Z': {TimeRule}"),
        (Change, """{"UserID":"u","AlarmID":"a","Status":"WARNING","ChangedAt":"2024-05-01T10:00:00.1234567890Z"}""", $"ChangedAt = '2024-05-01T10:00:00.1234567890Z': {TimeRule}"),
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_is_a_dead_letter_with_its_reason_and_the_others_go_on()
    {
        await using var nats = await NatsServer.StartAsync();
        await using var herald = await OwnHerald.StartAsync(ServerProcess.Alarms, Cancel, "--nats", nats.Url, "--max-alarms-per-user", $"{Refused.Length}");
        await using var ear = await DigestEar.ListenAsync(nats.Url, Cancel);
        var publisher = new AlarmPublisher(ear.Connection, kept: true, Patience, TimeProvider.System);
        var number = 0;
        foreach (var (subject, text, _) in Refused)
        {
            // A valid message follows each invalid one.
            await publisher.PublishAsync(
                [new(subject, $"bad-{++number}", Encoding.UTF8.GetBytes(text)), AlarmMessage.Change($"good-{number}", "u", $"alarm-{number:D2}", "WARNING", "2024-05-01T10:00:00Z")], Cancel);
        }
        await publisher.PublishAsync([AlarmMessage.Change("more", "u", "one-more", "WARNING", "2024-05-01T10:00:00Z"), AlarmMessage.Request("ask", "u")], Cancel);

        await ear.UntilAsync(1, Cancel);
        using var digest = JsonDocument.Parse(ear.Of("u")[0]);
        Assert.Equal(Refused.Select((_, i) => $"alarm-{i + 1:D2}"), digest.RootElement.GetProperty("ActiveAlarms").EnumerateArray().Select(alarm => alarm.GetProperty("AlarmID").GetString()));
        await AssertDeadAsync(
            herald, [.. Refused.Select(refused => refused.Reason), $"AlarmID = 'one-more': The user already has {Refused.Length} active alarms, which is the limit (alarms.maxAlarmsPerUser)."]);
    }

    [Fact]
    public async Task What_is_published_by_hand_under_another_key_or_type_is_a_dead_letter_too()
    {
        await using var nats = await NatsServer.StartAsync();
        await using var herald = await OwnHerald.StartAsync(ServerProcess.Alarms, Cancel, "--nats", nats.Url);
        await using var ear = await DigestEar.ListenAsync(nats.Url, Cancel);
        await PublishAsync(herald, new() { ["key"] = "somebody", ["type"] = Request, ["payload"] = new JsonObject { ["UserID"] = "u" } });
        await PublishAsync(herald, new() { ["type"] = Request, ["payload"] = new JsonObject { ["UserID"] = "u" } });
        await PublishAsync(herald, new() { ["key"] = "u", ["type"] = "AlarmGone", ["payload"] = new JsonObject { ["UserID"] = "u" } });
        await PublishAsync(herald, new() { ["key"] = "u", ["type"] = Change, ["payload"] = new JsonObject { ["UserID"] = "u" } });
        await PublishAsync(herald, new()
        {
            ["key"] = "u",
            ["type"] = Change,
            ["payload"] = new JsonObject { ["UserID"] = "u", ["AlarmID"] = "a", ["Status"] = "CRITICAL", ["ChangedAt"] = "2024-05-01T10:00:00Z" },
        });
        await PublishAsync(herald, new() { ["key"] = "u", ["type"] = Request, ["payload"] = new JsonObject { ["UserID"] = "u" } });

        await ear.UntilAsync(1, Cancel);
        Assert.Equal("""{"UserID":"u","ActiveAlarms":[{"AlarmID":"a","Status":"CRITICAL","LatestChangedAt":"2024-05-01T10:00:00Z"}]}""", Assert.Single(ear.Of("u")));
        await AssertDeadAsync(herald,
        [
            "key = 'somebody': Must be the UserID of the message, which is 'u'.",
            "key = '': Must be the UserID of the message, which is 'u'.",
            "type = 'AlarmGone': Must be AlarmStatusChanged or SendAlarmDigest.",
            "AlarmID is missing: A change needs UserID, AlarmID, Status and ChangedAt.",
        ]);
    }

    /// <summary>A reason quotes the message, and PostgreSQL cannot store every character that a message can contain.</summary>
    [Fact]
    public async Task Zero_bytes_and_half_letters_cost_their_message_and_no_node()
    {
        await using var nats = await NatsServer.StartAsync();
        var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync("refused");
        await using var herald = await OwnHerald.StartAsync(ServerProcess.Alarms, Cancel, "--nats", nats.Url, "--store", "postgres", "--connection", database);
        await using var ear = await DigestEar.ListenAsync(nats.Url, Cancel);
        var publisher = new AlarmPublisher(ear.Connection, kept: true, Patience, TimeProvider.System);
        await publisher.PublishAsync(
        [
            AlarmMessage.Change("bad\0id", "u", "lost", "WARNING", "2024-05-01T10:00:00Z"),
            new(Change, "status", """{"UserID":"u","AlarmID":"a","Status":"a\u0000b","ChangedAt":"2024-05-01T10:00:00Z"}"""u8.ToArray()),
            new(Change, "zero", [0, (byte)'{', 0]),
            new(Change, "half", """{"UserID":"u","AlarmID":"a","Status":"a\ud800b","ChangedAt":"2024-05-01T10:00:00Z"}"""u8.ToArray()),
            AlarmMessage.Change("good", "u", "a", "WARNING", "2024-05-01T10:00:00Z"),
            AlarmMessage.Request("ask", "u"),
        ], Cancel);

        await ear.UntilAsync(1, Cancel);
        var letters = "";
        await Wait.UntilAsync(
            () => (letters = herald.Client.DeadLetters.ListAsync(topic: "alarms", cancel: Cancel).GetAwaiter().GetResult().Text).Split("\"detail\":").Length > 4,
            Patience, () => letters, Cancel);
        Assert.Contains("id = 'bad\u2400id': An id has 1 to 255 bytes", letters, StringComparison.Ordinal);
        Assert.False(herald.Server.HasExited);
    }

    private static async Task PublishAsync(OwnHerald herald, JsonObject message)
    {
        var reply = await herald.Client.SendAsync(HttpMethod.Post, "/v1/topics/alarms/events", message, Cancel);
        Assert.True(reply.Succeeded, reply.Text);
    }

    /// <summary>Waits for exactly these reasons, in any order: the dead letters are in several shards.</summary>
    private static async Task AssertDeadAsync(OwnHerald herald, IReadOnlyList<string> reasons)
    {
        IReadOnlyList<DeadLetter> letters = [];
        var began = TimeProvider.System.GetTimestamp();
        while (letters.Count < reasons.Count && TimeProvider.System.GetElapsedTime(began) < Patience)
        {
            var reply = await herald.Client.DeadLetters.ListAsync(topic: "alarms", cancel: Cancel);
            Assert.True(reply.Succeeded, reply.Text);
            letters = reply.ValueOrThrow().Items;
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancel);
        }
        Assert.Equal(reasons.Order(StringComparer.Ordinal), letters.Select(letter => letter.Detail).Order(StringComparer.Ordinal));
        Assert.All(letters, letter => Assert.Equal("not-understood", letter.Reason));
    }
}
