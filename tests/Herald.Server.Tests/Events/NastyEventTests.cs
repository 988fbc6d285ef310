using System.Net;
using System.Text;
using System.Text.Json;
using Herald.Engine.Events;
using Herald.Server.Events;
using Herald.Server.Tests.Http;
using Herald.TestKit.Http;
using Herald.TestKit.Receivers;
using Xunit;

namespace Herald.Server.Tests.Events;

/// <summary>
/// An accepted event is shown and delivered as it was written. An event for which that is impossible is refused when it is published.
/// </summary>
public sealed class NastyEventTests(RunningServer server)
{
    public static TheoryData<string> Payloads =>
    [
        "\"\\ud800\"", "{\"\\udc00\\ud800\":[\"\\ud83d\\ude00\"]}", "{\"a\":1,\"a\":2}", "1e999", "-0", "123456789012345678901234567890.10", "{\n\t\"a\" :\r\n [ 1 ]\n}",
        new string('[', 60) + new string(']', 60), new string('[', 63) + new string(']', 63),
    ];

    [Theory]
    [MemberData(nameof(Payloads))]
    public async Task A_payload_is_shown_by_every_reader_and_delivered_byte_for_byte(string payload)
    {
        await using var receiver = new ScriptedReceiver(_ => new Reply.Status(500));
        var topic = await server.NewTopicAsync();
        var id = await server.NewSubscriptionAsync(topic, receiver.Endpoint.ToString(), """, "retry":{"maxAttempts":1}""");
        using var tail = await TailAsync(server, topic);
        (await server.PublishAsync(topic, $$"""{"id":"e","payload":{{payload}}}""")).Is(202);
        Assert.Equal(payload, (await receiver.NextAsync(RunningServer.Cancel)).BodyText);
        var letters = await server.UntilAsync($"/v1/dead-letters?subscription={id}", a => a.Is(200).Items.Count == 1);
        AssertShown(payload, JsonOf(letters.Text, json => json.GetProperty("items")[0].GetProperty("event")));
        AssertShown(payload, EventOf((await server.GetAsync($"/v1/topics/{topic}/events/e")).Is(200)));
        AssertShown(payload, (await tail.ReadLineAsync(TestContext.Current.CancellationToken))!);
        receiver.Script(Reply.Ok);
        Assert.Equal("1", (await server.PostAsync("/v1/dead-letters/redrive", $$"""{"subscription":"{{id}}"}""")).Is(200)["count"]);
        Assert.Equal(payload, (await receiver.NextAsync(RunningServer.Cancel)).BodyText);
    }

    [Theory]
    [InlineData("0001-01-01T23:59:59.999Z")]
    [InlineData("0001-01-01T00:00:00+14:00")]
    [InlineData("9999-12-31T00:00:00Z")]
    [InlineData("9999-12-31T23:59:59-14:00")]
    [InlineData("\\ud8002026-01-31T12:00:00Z")]
    [InlineData("2026-01-31T12:00:00\\ud800Z")]
    public async Task A_time_that_could_not_be_shown_is_refused(string time)
    {
        var refusal = (await server.PublishAsync(await server.NewTopicAsync(), $$"""{"payload":1,"time":"{{time}}"}""")).IsProblem(400, "invalid-request", "/time", "9999-12-30");
        Assert.StartsWith(time[..10], refusal.Json["errors"]![0]!["value"]!.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(long.MinValue, "0001-01-01T00:00:00.000Z")]
    [InlineData(long.MaxValue, "9999-12-31T23:59:59.999Z")]
    [InlineData(1769860800000000000, "9999-12-31T23:59:59.999Z")]
    public async Task A_time_that_was_stored_before_there_was_a_rule_is_shown_as_the_nearer_end(long timeMs, string shown)
    {
        var topic = await server.NewTopicAsync();
        (await server.PublishAsync(topic, """{"id":"e","payload":1}""")).Is(202);
        var found = await server.Server.Engine.Catalog.FindTopicAsync(topic, RunningServer.Cancel);
        var record = (await server.Server.Engine.Inspector.FindEventAsync(found!, "e", null, RunningServer.Cancel))!.Event.Record.ToArray();
        BitConverter.TryWriteBytes(record.AsSpan(20), timeMs);
        Assert.Equal(shown, EventWire.Of(0, 1, new EventView(record)).Time);
    }

    [Fact(Timeout = 300_000)]
    public async Task Whatever_is_accepted_can_be_got_tailed_dead_lettered_redriven_and_received()
    {
        const int Events = 400;
        var seed = int.TryParse(Environment.GetEnvironmentVariable("HERALD_SEED"), out var given) ? given : 20260131;
        var random = new Random(seed);
        var fails = true;
        await using var receiver = new ScriptedReceiver(_ => Volatile.Read(ref fails) ? new Reply.Status(500) : Reply.Ok);
        var topic = await server.NewTopicAsync();
        var subscription = await server.NewSubscriptionAsync(topic, receiver.Endpoint.ToString(), """, "retry":{"maxAttempts":1}""");
        using var tail = await TailAsync(server, topic);
        var accepted = new Dictionary<string, NastyEvent>();
        for (var i = 0; i < Events; i++)
        {
            var drawn = NastyEvent.Drawn(random, i);
            var answer = await server.PublishAsync(topic, drawn.Json);
            Assert.True(answer.Status is HttpStatusCode.Accepted or HttpStatusCode.BadRequest, $"seed {seed}: {drawn.Json}: {answer.Text}");
            if (answer.Status == HttpStatusCode.Accepted)
                accepted.Add(answer.Results[0]!["id"]!.ToString(), drawn);
        }
        Assert.True(accepted.Count > Events / 10, $"seed {seed}: only {accepted.Count} were accepted");

        foreach (var (id, sent) in accepted)
        {
            var answer = await server.GetAsync($"/v1/topics/{topic}/events/{Uri.EscapeDataString(id)}");
            Assert.True(answer.Status == HttpStatusCode.OK, $"seed {seed}: {sent.Json}: {answer.Text}");
            Assert.Equal(id, answer.Json["event"]!["id"]!.ToString());
            using var line = JsonDocument.Parse((await tail.ReadLineAsync(TestContext.Current.CancellationToken))!);
            Assert.True(accepted.ContainsKey(line.RootElement.GetProperty("id").GetString()!), $"seed {seed}");
            AssertShown(sent.Payload, EventOf(answer));
        }
        await EachIsReceivedAsync();
        var shown = new HashSet<string>();
        await server.UntilAsync($"/v1/dead-letters?subscription={subscription}&limit=1000", a => a.Is(200).Items.Count == accepted.Count);
        for (var cursor = ""; ;)
        {
            var page = (await server.GetAsync($"/v1/dead-letters?subscription={subscription}&limit=37{cursor}")).Is(200);
            shown.UnionWith(page.Items.Select(letter => letter!["event"]!["id"]!.ToString()));
            if (page["nextCursor"] is not { } next)
                break;
            cursor = $"&cursor={Uri.EscapeDataString(next)}";
        }
        Assert.Equal(accepted.Keys.Order(), shown.Order());
        Volatile.Write(ref fails, false);
        Assert.Equal($"{accepted.Count}", (await server.PostAsync("/v1/dead-letters/redrive", $$"""{"subscription":"{{subscription}}"}""")).Is(200)["count"]);
        await EachIsReceivedAsync();

        async Task EachIsReceivedAsync()
        {
            for (var i = 0; i < accepted.Count; i++)
            {
                var received = await receiver.NextAsync(RunningServer.Cancel);
                var sent = accepted[Uri.UnescapeDataString(received.Header("herald-event-id")!)];
                Assert.True(sent.Payload.AsSpan().SequenceEqual(received.Body), $"seed {seed}: {sent.Json}");
            }
        }
    }

    private static void AssertShown(string payload, string shown) => AssertShown(Encoding.UTF8.GetBytes(payload), shown);

    /// <summary>Checks that the payload is shown as the same JSON, with the same numbers and escapes, or in base64.</summary>
    private static void AssertShown(byte[] payload, string shown)
    {
        using var json = JsonDocument.Parse(shown);
        if (json.RootElement.TryGetProperty("payloadBase64", out var base64))
        {
            Assert.Equal(payload, base64.GetBytesFromBase64());
            return;
        }
        Assert.Equal(Dense(Encoding.UTF8.GetString(payload)), Dense(json.RootElement.GetProperty("payload").GetRawText()));
    }

    private static string EventOf(Answer story) => JsonOf(story.Text, json => json.GetProperty("event"));

    // Returns the raw JSON: reading its strings could change them.
    private static string JsonOf(string text, Func<JsonElement, JsonElement> part)
    {
        using var json = JsonDocument.Parse(text);
        return part(json.RootElement).GetRawText();
    }

    private static string Dense(string json) => new([.. json.Where(c => c is not (' ' or '\n' or '\r' or '\t'))]);

    private static async Task<StreamReader> TailAsync(RunningServer server, string topic)
    {
        var response = await server.Http.GetAsync(new Uri(server.Address, $"/v1/topics/{topic}/tail"), HttpCompletionOption.ResponseHeadersRead, RunningServer.Cancel);
        return new StreamReader(await response.Content.ReadAsStreamAsync(RunningServer.Cancel));
    }
}
