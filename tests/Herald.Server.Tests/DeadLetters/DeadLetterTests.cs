using Herald.Server.Tests.Http;
using Herald.TestKit.Http;
using Herald.TestKit.Receivers;
using Xunit;

namespace Herald.Server.Tests.DeadLetters;

public sealed class DeadLetterTests(RunningServer server)
{
    private const string OnceOnly = """, "retry":{"maxAttempts":1}""";

    private async Task<(string Topic, string Subscription, ScriptedReceiver Receiver, Answer Letters)> DieAsync(int events)
    {
        var receiver = new ScriptedReceiver(_ => new Reply.Status(500));
        var topic = await server.NewTopicAsync();
        var id = await server.NewSubscriptionAsync(topic, receiver.Endpoint.ToString(), OnceOnly);
        (await server.PublishAsync(topic, "[" + string.Join(',', Enumerable.Range(0, events).Select(i => $$"""{"id":"e{{i}}","payload":{{i}}}""")) + "]")).Is(202);
        return (topic, id, receiver, await server.UntilAsync($"/v1/dead-letters?subscription={id}", a => a.Items.Count == events));
    }

    [Fact]
    public async Task They_are_listed_shown_and_redriven()
    {
        var (topic, id, receiver, letters) = await DieAsync(2);
        await using var _ = receiver;
        Assert.All(letters.Items, l => Assert.Equal((topic, id), (l!["topic"]!.ToString(), l["subscription"]!.ToString())));
        Assert.Equal(2, (await server.GetAsync($"/v1/dead-letters?topic={topic}")).Items.Count);
        var page = (await server.GetAsync($"/v1/dead-letters?subscription={id}&limit=1")).Is(200);
        Assert.Single(page.Items);
        Assert.Single((await server.GetAsync($"/v1/dead-letters?subscription={id}&limit=1&cursor={Uri.EscapeDataString(page["nextCursor"]!)}")).Is(200).Items);
        var letter = letters.Items[0]!["id"]!.ToString();
        var one = (await server.GetAsync($"/v1/dead-letters/{letter}")).Is(200);
        Assert.Equal(500, (int)one.Json["statusCode"]!);
        Assert.Equal(1, (int)one.Json["attempts"]!);
        Assert.StartsWith("e", one.Json["event"]!["id"]!.ToString(), StringComparison.Ordinal);

        receiver.Script(Reply.Ok);
        await receiver.NextAsync(RunningServer.Cancel);
        await receiver.NextAsync(RunningServer.Cancel);
        Assert.Equal("1", (await server.PostAsync($"/v1/dead-letters/{letter}/redrive")).Is(200)["count"]);
        Assert.Equal("redrive", (await receiver.NextAsync(RunningServer.Cancel)).Header("herald-redelivery"));
        (await server.PostAsync($"/v1/dead-letters/{letter}/redrive")).IsProblem(404, "dead-letter-not-found");
        Assert.Equal("1", (await server.PostAsync("/v1/dead-letters/redrive", $$"""{"subscription":"{{id}}"}""")).Is(200)["count"]);
        await receiver.NextAsync(RunningServer.Cancel);
        Assert.Empty((await server.GetAsync($"/v1/dead-letters?subscription={id}")).Items);
    }

    [Fact]
    public async Task They_are_discarded()
    {
        var (_, id, receiver, letters) = await DieAsync(3);
        await using var keep = receiver;
        var ids = letters.Items.Select(l => l!["id"]!.ToString()).ToArray();
        (await server.PostAsync($"/v1/dead-letters/{ids[0]}/discard")).Is(200);
        (await server.PostAsync($"/v1/dead-letters/{ids[0]}/discard")).IsProblem(404, "dead-letter-not-found");
        Assert.Equal("1", (await server.PostAsync("/v1/dead-letters/discard", $$"""{"ids":["{{ids[0]}}","{{ids[1]}}"]}""")).Is(200)["count"]);
        Assert.Equal("1", (await server.PostAsync("/v1/dead-letters/discard", $$"""{"subscription":"{{id}}"}""")).Is(200)["count"]);
        (await server.GetAsync($"/v1/dead-letters/{ids[2]}")).IsProblem(404, "dead-letter-not-found");
    }

    [Fact]
    public async Task All_there_are_can_be_named()
    {
        await using var other = await RunningServer.StartAsync();
        Assert.Equal("0", (await other.PostAsync("/v1/dead-letters/redrive", """{"all":true}""")).Is(200)["count"]);
        Assert.Equal("0", (await other.PostAsync("/v1/dead-letters/discard", """{"all":true}""")).Is(200)["count"]);
    }

    [Theory]
    [InlineData("{}", "")]
    [InlineData("""{"all":true,"subscription":"s"}""", "")]
    [InlineData("""{"all":false}""", "/all")]
    [InlineData("""{"all":"yes"}""", "/all")]
    [InlineData("""{"ids":[]}""", "/ids")]
    [InlineData("""{"ids":"dl_1"}""", "/ids")]
    [InlineData("""{"ids":["dl_0_1_1_1","nonsense"]}""", "/ids/1")]
    [InlineData("""{"ids":[7]}""", "/ids/0")]
    [InlineData("""{"everything":true}""", "/everything")]
    public async Task A_selection_that_is_none_is_refused(string body, string pointer) =>
        (await server.PostAsync("/v1/dead-letters/redrive", body)).IsProblem(400, "invalid-request", pointer);

    [Fact]
    public async Task A_cursor_that_is_none_is_refused() =>
        (await server.GetAsync("/v1/dead-letters?cursor=nonsense")).IsProblem(400, "invalid-request", "?cursor");

    [Fact]
    public async Task What_is_not_there_is_404()
    {
        (await server.GetAsync("/v1/dead-letters/nonsense")).IsProblem(404, "dead-letter-not-found");
        (await server.GetAsync("/v1/dead-letters/dl_0_99999_1_1")).IsProblem(404, "dead-letter-not-found");
        (await server.PostAsync("/v1/dead-letters/discard", """{"subscription":"unknown"}""")).IsProblem(404, "subscription-not-found");
    }
}
