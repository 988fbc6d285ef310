using System.Text.Json.Nodes;
using Herald.Server.Tests.Http;
using Herald.TestKit.Receivers;
using Xunit;

namespace Herald.Server.Tests.Subscriptions;

/// <summary>The field <c>reports</c> over HTTP, and the reports themselves.</summary>
public sealed class ReportTests(RunningServer server)
{
    private const string Endpoint = "http://127.0.0.1:9/hook";
    private const string All = "delivered recovered exhausted expired discarded forwarded disabled";

    [Fact]
    public async Task It_is_created_shown_patched_and_removed_by_a_put_without_it()
    {
        var (topic, ends) = (await server.NewTopicAsync(), await server.NewTopicAsync());
        var id = await server.NewSubscriptionAsync(topic, Endpoint, $$""", "reports":{"topic":"{{ends}}"}""");
        Assert.Equal((ends, All), await ReportsAsync(id));
        (await server.PatchAsync($"/v1/subscriptions/{id}", """{"reports":{"on":["expired","exhausted"]}}""")).Is(200);
        Assert.Equal((ends, "exhausted expired"), await ReportsAsync(id));
        (await server.PatchAsync($"/v1/subscriptions/{id}", """{"description":"x"}""")).Is(200);
        Assert.Equal((ends, "exhausted expired"), await ReportsAsync(id));
        (await server.PatchAsync($"/v1/subscriptions/{id}", """{"reports":{"on":null}}""")).Is(200);
        Assert.Equal((ends, All), await ReportsAsync(id));
        (await server.PutAsync($"/v1/subscriptions/{id}", $$"""{"topic":"{{topic}}","endpoint":"{{Endpoint}}"}""")).Is(200);
        Assert.Null(await ReportsAsync(id));
    }

    [Fact]
    public async Task It_is_created_under_a_topic_and_removed_by_a_patch()
    {
        var (topic, ends) = (await server.NewTopicAsync(), await server.NewTopicAsync());
        var body = $$$"""{"endpoint":"{{{Endpoint}}}","reports":{"topic":"{{{ends}}}","on":["delivered"]}}""";
        var id = (await server.PostAsync($"/v1/topics/{topic}/subscriptions", body)).Is(201)["id"]!;
        Assert.Equal((ends, "delivered"), await ReportsAsync(id));
        (await server.PatchAsync($"/v1/subscriptions/{id}", """{"reports":null}""")).Is(200);
        Assert.Null(await ReportsAsync(id));
    }

    [Theory]
    [InlineData("""{"topic":"nowhere-at-all"}""", "/reports/topic", "must exist")]
    [InlineData("""{"topic":"other:ends"}""", "/reports/topic", "A name has")]
    [InlineData("""{"topic":"OWN"}""", "/reports/topic", "another topic")]
    [InlineData("""{"on":["delivered"]}""", "/reports/topic", null)]
    [InlineData("""{"topic":7}""", "/reports/topic", null)]
    [InlineData("""{"topic":"ENDS","on":["delivered","lost"]}""", "/reports/on/1", "exhausted")]
    [InlineData("""{"topic":"ENDS","on":[]}""", "/reports/on", "at least one of: delivered")]
    [InlineData("""{"topic":"ENDS","on":"delivered"}""", "/reports/on", null)]
    [InlineData("""{"topic":"ENDS","at":1}""", "/reports/at", "Unknown")]
    [InlineData("\"ENDS\"", "/reports", null)]
    public async Task A_value_that_breaks_a_rule_is_named(string reports, string pointer, string? rule)
    {
        var (topic, ends) = (await server.NewTopicAsync(), await server.NewTopicAsync());
        var field = reports.Replace("OWN", topic, StringComparison.Ordinal).Replace("ENDS", ends, StringComparison.Ordinal);
        var body = $$"""{"topic":"{{topic}}","endpoint":"{{Endpoint}}","reports":{{field}}}""";
        (await server.PutAsync($"/v1/subscriptions/{RunningServer.Name("s")}", body)).IsProblem(400, "invalid-request", pointer, rule);
    }

    [Fact]
    public async Task Delivered_exhausted_and_recovered_events_are_reported()
    {
        await using var receiver = new ScriptedReceiver();
        await using var reader = new ScriptedReceiver();
        var (topic, ends) = (await server.NewTopicAsync(), await server.NewTopicAsync());
        await server.NewSubscriptionAsync(ends, reader.Endpoint.ToString());
        var id = await server.NewSubscriptionAsync(
            topic, receiver.Endpoint.ToString(), $$""", "retry":{"maxAttempts":1},"reports":{"topic":"{{ends}}"}""");

        (await server.PublishAsync(topic, """[{"id":"good","key":"k","payload":1}]""")).Is(202);
        var delivered = await NextAsync(reader);
        Check(delivered, "delivered", "good");
        Assert.Equal(("k", "1"), (delivered["key"]!.ToString(), delivered["attempts"]!.ToString()));
        Assert.Null(delivered["deadLetter"]);

        receiver.Script(new Reply.Status(500, "out of order"));
        (await server.PublishAsync(topic, """[{"id":"bad","payload":2}]""")).Is(202);
        var exhausted = await NextAsync(reader);
        Check(exhausted, "exhausted", "bad");
        Assert.Equal(("500", "out of order"), (exhausted["statusCode"]!.ToString(), exhausted["answer"]!.ToString()));
        Assert.Null(exhausted["key"]);

        receiver.Script(Reply.Ok);
        (await server.PostAsync($"/v1/dead-letters/{exhausted["deadLetter"]}/redrive")).Is(200);
        Check(await NextAsync(reader), "recovered", "bad");

        void Check(JsonNode report, string kind, string sent) => Assert.Equal(
            (id, topic, kind, sent),
            (report["subscription"]!.ToString(), report["topic"]!.ToString(), report["kind"]!.ToString(), report["event"]!.ToString()));
    }

    private static async Task<JsonNode> NextAsync(ScriptedReceiver reader) =>
        JsonNode.Parse((await reader.NextAsync(RunningServer.Cancel)).Body)!;

    private async Task<(string Topic, string On)?> ReportsAsync(string id) =>
        (await server.GetAsync($"/v1/subscriptions/{id}")).Is(200).Json["reports"] is { } reports
            ? (reports["topic"]!.ToString(), string.Join(' ', reports["on"]!.AsArray().Select(kind => kind!.ToString())))
            : null;
}
