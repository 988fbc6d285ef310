using Herald.Lab.Processes;
using System.Text.Json;
using Herald.TestKit.Nats;
using Herald.TestKit.Node;
using Xunit;

namespace Herald.EndToEnd.Alarms;

/// <summary>The alarms service, used by a NATS client that is not Herald's own: see <c>client/client.mjs</c>.</summary>
public sealed class ClientTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_independent_client_publishes_alarms_and_gets_digests_to_the_letter(bool jetStream)
    {
        await using var nats = await NatsServer.StartAsync(jetStream);
        await using var herald = await OwnHerald.StartAsync(ServerProcess.Alarms, Cancel, ["--nats", nats.Url, .. jetStream ? (string[])[] : ["--no-stream"]]);
        await using var client = await StartClientAsync(nats.Url, jetStream ? "stream" : "server");
        Assert.Equal("ready", await client.ReadLineAsync(Cancel));

        // This covers names of fields in any letter case and order, suffixes of subjects, and additional fields. Alarms are sorted by
        // instant to the nanosecond, then by id. Times keep the text in which they came.
        await TellAsync(client, "AlarmStatusChanged", """{"AlarmID":"disk","UserID":"alice","Status":"WARNING","ChangedAt":"2024-05-01T10:00:00.000000002Z"}""");
        await TellAsync(client, "AlarmStatusChanged.eu.7", """{"changedat":"2024-05-01T12:00:00.000000001+02:00","STATUS":"CRITICAL","userId":"alice","alarmid":"cpu","more":{"UserID":"bob"}}""");
        await TellAsync(client, "AlarmStatusChanged", """{"AlarmID":"zeta","UserID":"alice","Status":"WARNING","ChangedAt":"2024-05-01T05:30:00.000000001-04:30"}""");
        await TellAsync(client, "AlarmStatusChanged", """{"AlarmID":"fan","UserID":"alice","Status":"WARNING","ChangedAt":"2024-05-01T09:00:00Z"}""");
        await TellAsync(client, "AlarmStatusChanged", """{"AlarmID":"fan","UserID":"alice","Status":"CLEARED","ChangedAt":"2024-05-01T09:00:00.1Z"}""");
        await TellAsync(client, "SendAlarmDigest.now", """{"userid":"alice"}""");
        var first = await HearAsync(client);
        Assert.Equal(
            """{"UserID":"alice","ActiveAlarms":[{"AlarmID":"cpu","Status":"CRITICAL","LatestChangedAt":"2024-05-01T12:00:00.000000001+02:00"},{"AlarmID":"zeta","Status":"WARNING","LatestChangedAt":"2024-05-01T05:30:00.000000001-04:30"},{"AlarmID":"disk","Status":"WARNING","LatestChangedAt":"2024-05-01T10:00:00.000000002Z"}]}""",
            first.Text);

        // No digest is due for these: a change older by a nanosecond, a repeated status, a cleared alarm, and what was in a digest before.
        // So the next digest is of another user.
        await TellAsync(client, "AlarmStatusChanged", """{"AlarmID":"disk","UserID":"alice","Status":"CRITICAL","ChangedAt":"2024-05-01T10:00:00.000000001Z"}""");
        await TellAsync(client, "AlarmStatusChanged", """{"AlarmID":"cpu","UserID":"alice","Status":"CRITICAL","ChangedAt":"2024-05-01T11:00:00Z"}""");
        await TellAsync(client, "AlarmStatusChanged", """{"AlarmID":"zeta","UserID":"alice","Status":"CLEARED","ChangedAt":"2024-05-01T11:00:00Z"}""");
        await TellAsync(client, "SendAlarmDigest", """{"UserID":"alice"}""");

        // Text beyond ASCII and text that JSON escapes; and the same messages again, with other messages between.
        const string Raised = """{"AlarmID":"Tür \u0022auf\u0022\n","UserID":"Zoë \\","Status":"WARNING","ChangedAt":"2024-02-29T23:59:59.999999999Z"}""";
        await TellAsync(client, "AlarmStatusChanged", Raised, "raised-1");
        await TellAsync(client, "SendAlarmDigest", """{"UserID":"Zoë \\"}""", "ask-1");
        var second = await HearAsync(client);
        Assert.Equal("""{"UserID":"Zoë \\","ActiveAlarms":[{"AlarmID":"Tür \"auf\"\n","Status":"WARNING","LatestChangedAt":"2024-02-29T23:59:59.999999999Z"}]}""", second.Text);
        await TellAsync(client, "AlarmStatusChanged", """{"AlarmID":"Tür \u0022auf\u0022\n","UserID":"Zoë \\","Status":"CRITICAL","ChangedAt":"2024-02-29T23:59:59.999999999Z"}""");
        await TellAsync(client, "AlarmStatusChanged", Raised, "raised-1");
        await TellAsync(client, "SendAlarmDigest", """{"UserID":"Zoë \\"}""", "ask-1");
        await TellAsync(client, "SendAlarmDigest", """{"UserID":"Zoë \\"}""", "ask-2");
        var third = await HearAsync(client);
        Assert.Equal("""{"UserID":"Zoë \\","ActiveAlarms":[{"AlarmID":"Tür \"auf\"\n","Status":"CRITICAL","LatestChangedAt":"2024-02-29T23:59:59.999999999Z"}]}""", third.Text);

        // A status that changed and then changed back is new.
        await TellAsync(client, "AlarmStatusChanged", """{"AlarmID":"disk","UserID":"alice","Status":"CLEARED","ChangedAt":"2024-05-01T10:00:00.000000003Z"}""");
        await TellAsync(client, "AlarmStatusChanged", """{"AlarmID":"disk","UserID":"alice","Status":"WARNING","ChangedAt":"2024-05-01t10:00:00.000000004z"}""");
        await TellAsync(client, "SendAlarmDigest", """{"UserID":"alice"}""");
        var last = await HearAsync(client);
        Assert.Equal("""{"UserID":"alice","ActiveAlarms":[{"AlarmID":"disk","Status":"WARNING","LatestChangedAt":"2024-05-01t10:00:00.000000004z"}]}""", last.Text);

        // A stream or a receiver recognises repeats by these ids.
        string[] ids = [first.Id, second.Id, third.Id, last.Id];
        Assert.All(ids, id => Assert.False(string.IsNullOrEmpty(id)));
        Assert.Equal(ids.Length, ids.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task An_independent_client_misses_nothing_while_Herald_is_killed()
    {
        const int Users = 300, Kills = 3;
        await using var nats = await NatsServer.StartAsync();
        await using var herald = await OwnHerald.StartAsync(ServerProcess.Alarms, Cancel, "--nats", nats.Url);
        await using var client = await StartClientAsync(nats.Url, "stream");
        Assert.Equal("ready", await client.ReadLineAsync(Cancel));
        for (var user = 0; user < Users; user++)
        {
            await TellAsync(client, "AlarmStatusChanged", $$"""{"AlarmID":"a","UserID":"user-{{user}}","Status":"WARNING","ChangedAt":"2024-05-01T10:00:00Z"}""", $"change-{user}");
            await TellAsync(client, "SendAlarmDigest", $$"""{"UserID":"user-{{user}}"}""", $"request-{user}");
        }

        var digests = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var killed = 0; digests.Count < Users;)
        {
            var (id, text) = await HearAsync(client);
            // A digest that was not acknowledged when Herald was killed comes again, with the same text and id.
            Assert.Equal(text, digests.GetValueOrDefault(id, text));
            digests[id] = text;
            if (killed < Kills && digests.Count > (killed + 1) * Users / (Kills + 1))
            {
                killed++;
                await herald.Server.KillAsync();
                await herald.RestartAsync(Cancel);
            }
        }
        Assert.Equal(
            Enumerable.Range(0, Users).Select(user => $$"""{"UserID":"user-{{user}}","ActiveAlarms":[{"AlarmID":"a","Status":"WARNING","LatestChangedAt":"2024-05-01T10:00:00Z"}]}""").Order(StringComparer.Ordinal),
            digests.Values.Order(StringComparer.Ordinal));
    }

    private static async Task<NodeScript> StartClientAsync(params string[] arguments)
    {
        try
        {
            return await NodeScript.StartAsync("alarms-client", "client.mjs", arguments);
        }
        catch (NodeMissingException e)
        {
            Assert.Skip($"ALARMS WERE NOT CHECKED by an independent client of NATS: {e.Message}");
            throw;
        }
    }

    private static Task TellAsync(NodeScript client, string subject, string text, string? id = null) => client.WriteLineAsync(JsonSerializer.Serialize(new { subject, id, text }));

    private static async Task<(string Id, string Text)> HearAsync(NodeScript client)
    {
        using var line = JsonDocument.Parse(await client.ReadLineAsync(Cancel).WaitAsync(Patience, TimeProvider.System, Cancel));
        return (line.RootElement.GetProperty("id").GetString()!, line.RootElement.GetProperty("text").GetString()!);
    }
}
