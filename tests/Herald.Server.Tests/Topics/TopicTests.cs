using Herald.Server.Tests.Http;
using Xunit;

namespace Herald.Server.Tests.Topics;

public sealed class TopicTests(RunningServer server)
{
    [Fact]
    public async Task A_topic_is_created_once_and_then_is()
    {
        var name = RunningServer.Name("topic");
        var created = (await server.PutAsync($"/v1/topics/{name}")).Is(201);
        Assert.Equal($"/v1/topics/{name}", created.Headers["Location"]);
        Assert.Equal(name, created["name"]);
        var again = (await server.PutAsync($"/v1/topics/{name}")).Is(200);
        Assert.Equal(created.Headers["ETag"], again.Headers["ETag"]);
        var read = (await server.GetAsync($"/v1/topics/{name}")).Is(200);
        Assert.Equal(created.Headers["ETag"], read.Headers["ETag"]);
        Assert.Equal(304, (int)(await server.GetAsync($"/v1/topics/{name}", ("If-None-Match", read.Headers["ETag"]))).Status);
        (await server.DeleteAsync($"/v1/topics/{name}")).Is(204);
        (await server.GetAsync($"/v1/topics/{name}")).IsProblem(404, "topic-not-found");
        (await server.DeleteAsync($"/v1/topics/{name}")).IsProblem(404, "topic-not-found");
    }

    [Fact]
    public async Task Conditions_are_honoured()
    {
        var name = await server.NewTopicAsync();
        (await server.PutAsync($"/v1/topics/{name}", null, ("If-None-Match", "*"))).IsProblem(412, "version-mismatch");
        (await server.PutAsync($"/v1/topics/{RunningServer.Name("topic")}", null, ("If-Match", "\"1\""))).IsProblem(412, "version-mismatch");
        (await server.DeleteAsync($"/v1/topics/{name}", ("If-Match", "\"999999\""))).IsProblem(412, "version-mismatch");
        (await server.DeleteAsync($"/v1/topics/{name}", ("If-Match", "*"))).Is(204);
    }

    [Fact]
    public async Task A_topic_changes_and_is_deleted_only_in_the_version_that_the_caller_names()
    {
        var path = $"/v1/topics/{RunningServer.Name("topic")}";
        var first = (await server.PutAsync(path, """{"labels":{"tier":"1"}}""")).Is(201).Headers["ETag"];
        var second = (await server.PutAsync(path, """{"labels":{"tier":"2"}}""", ("If-Match", first))).Is(200).Headers["ETag"];
        Assert.NotEqual(first, second);
        (await server.PutAsync(path, """{"labels":{"tier":"3"}}""", ("If-Match", first))).IsProblem(412, "version-mismatch");
        (await server.DeleteAsync(path, ("If-Match", first))).IsProblem(412, "version-mismatch");
        Assert.Equal("2", (await server.GetAsync(path)).Is(200).Json["labels"]!["tier"]!.ToString());
        (await server.PutAsync(path, """{"labels":{"tier":"4"}}""", ("If-Match", "*"))).Is(200);
        (await server.DeleteAsync(path, ("If-Match", second))).IsProblem(412, "version-mismatch");
        (await server.DeleteAsync(path, ("If-Match", (await server.GetAsync(path)).Headers["ETag"]))).Is(204);
        (await server.DeleteAsync(path, ("If-Match", "*"))).IsProblem(404, "topic-not-found");
        (await server.PutAsync(path, null, ("If-Match", "*"))).IsProblem(412, "version-mismatch");
    }

    [Fact]
    public async Task Topics_are_listed_in_pages()
    {
        var names = new List<string>();
        for (var i = 0; i < 5; i++)
            names.Add(await server.NewTopicAsync());
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await server.GetAsync($"/v1/topics?limit=2{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}")).Is(200);
            seen.AddRange(page.Items.Select(i => i!["name"]!.ToString()));
            cursor = page["nextCursor"];
        }
        while (cursor is not null);
        Assert.Equal(seen.Order(StringComparer.Ordinal), seen);
        Assert.Empty(names.Except(seen));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1001")]
    [InlineData("many")]
    [InlineData("-1")]
    public async Task A_limit_out_of_range_is_refused(string limit) =>
        (await server.GetAsync($"/v1/topics?limit={limit}")).IsProblem(400, "invalid-request", "?limit");

    [Theory]
    [InlineData("has%20space")]
    [InlineData("%C3%BCber")]
    [InlineData("a%2Fb")]
    public async Task A_bad_name_is_refused(string name) => (await server.PutAsync($"/v1/topics/{name}")).IsProblem(400, "invalid-request", "/topic");

    [Fact]
    public async Task A_name_that_is_too_long_is_refused() =>
        (await server.PutAsync($"/v1/topics/{new string('a', 256)}")).IsProblem(400, "invalid-request", "/topic");

    [Fact]
    public async Task A_topic_with_subscriptions_is_deleted_by_force_only()
    {
        var topic = await server.NewTopicAsync();
        var id = await server.NewSubscriptionAsync(topic, "http://127.0.0.1:9/hook");
        (await server.DeleteAsync($"/v1/topics/{topic}")).IsProblem(409, "topic-in-use");
        (await server.DeleteAsync($"/v1/topics/{topic}?force=maybe")).IsProblem(400, "invalid-request", "?force");
        (await server.DeleteAsync($"/v1/topics/{topic}?force=true")).Is(204);
        (await server.GetAsync($"/v1/subscriptions/{id}")).IsProblem(404, "subscription-not-found");
    }
}
