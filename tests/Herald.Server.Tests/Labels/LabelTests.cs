using Herald.Server.Tests.Http;
using Xunit;

namespace Herald.Server.Tests.Labels;

public sealed class LabelTests(RunningServer server)
{
    private const string Endpoint = "http://127.0.0.1:9/hook";

    [Fact]
    public async Task A_subscription_has_the_labels_it_was_created_with_until_a_patch_changes_them()
    {
        var id = await server.NewSubscriptionAsync(await server.NewTopicAsync(), Endpoint, """, "labels":{"team":"billing","tier":"1"}""");
        Assert.Equal("""{"team":"billing","tier":"1"}""", (await server.GetAsync($"/v1/subscriptions/{id}")).Is(200).Json["labels"]!.ToJsonString());
        var patched = (await server.PatchAsync($"/v1/subscriptions/{id}", """{"labels":{"tier":null,"a/b":"x"}}""")).Is(200);
        Assert.Equal("""{"a/b":"x","team":"billing"}""", patched.Json["labels"]!.ToJsonString());
        var none = (await server.PatchAsync($"/v1/subscriptions/{id}", """{"labels":null}""")).Is(200);
        Assert.Null(none.Json["labels"]);
        Assert.Null((await server.GetAsync($"/v1/subscriptions/{id}")).Json["labels"]);
    }

    [Fact]
    public async Task A_topic_has_the_labels_it_was_created_with_until_a_put_or_a_patch_changes_them()
    {
        var path = $"/v1/topics/{RunningServer.Name("topic")}";
        var created = (await server.PutAsync(path, """{"labels":{"team":"billing"}}""")).Is(201);
        Assert.Equal("billing", created.Json["labels"]!["team"]!.ToString());
        Assert.Equal(created.Headers["ETag"], (await server.PutAsync(path)).Is(200).Headers["ETag"]);
        Assert.Equal(created.Headers["ETag"], (await server.PutAsync(path, "{}")).Is(200).Headers["ETag"]);
        var put = (await server.PutAsync(path, """{"labels":{"team":"payments","tier":"1"}}""")).Is(200);
        Assert.NotEqual(created.Headers["ETag"], put.Headers["ETag"]);
        (await server.PatchAsync(path, """{"labels":{"tier":null}}""", ("If-Match", created.Headers["ETag"]))).IsProblem(412, "version-mismatch");
        var patched = (await server.PatchAsync(path, """{"labels":{"tier":null}}""", ("If-Match", put.Headers["ETag"]))).Is(200);
        Assert.Equal("""{"team":"payments"}""", patched.Json["labels"]!.ToJsonString());
        Assert.Equal(patched.Text, (await server.GetAsync(path)).Is(200).Text);
        Assert.Null((await server.PutAsync(path, """{"labels":{}}""")).Is(200).Json["labels"]);
        (await server.PatchAsync($"{path}-unknown", """{"labels":{"a":"b"}}""")).IsProblem(404, "topic-not-found");
    }

    [Fact]
    public async Task Lists_show_only_what_has_all_labels_that_are_asked_for()
    {
        var (topic, team) = (await server.NewTopicAsync(), RunningServer.Name("team"));
        var both = await server.NewSubscriptionAsync(topic, Endpoint, $$""", "labels":{"team":"{{team}}","tier":"a=b"}""");
        var one = await server.NewSubscriptionAsync(topic, Endpoint, $$""", "labels":{"team":"{{team}}"}""");
        Assert.Equal(new[] { both, one }.Order(StringComparer.Ordinal), await IdsAsync($"label=team={team}"));
        Assert.Equal([both], await IdsAsync($"label=team={team}&label=tier=a=b"));
        Assert.Equal([both], await IdsAsync($"label=team%3D{team}&label=tier=a%3Db&topic={topic}"));
        Assert.Empty(await IdsAsync($"label=team={team}&label=tier="));
        (await server.PutAsync($"/v1/topics/{topic}", $$$"""{"labels":{"team":"{{{team}}}"}}""")).Is(200);
        Assert.Equal(topic, Assert.Single((await server.GetAsync($"/v1/topics?label=team={team}")).Is(200).Items)!["name"]!.ToString());
    }

    [Theory]
    [InlineData("label=team")]
    [InlineData("label==x")]
    [InlineData("label=")]
    [InlineData("label=a=1&label=a=2")]
    public async Task A_label_that_cannot_be_looked_for_is_refused(string query)
    {
        (await server.GetAsync($"/v1/subscriptions?{query}")).IsProblem(400, "invalid-request", "?label");
        (await server.GetAsync($"/v1/topics?{query}")).IsProblem(400, "invalid-request", "?label");
    }

    [Theory]
    [InlineData("""{"Team":"x"}""", "/labels")]
    [InlineData("""{"team":1}""", "/labels/team")]
    [InlineData("""{"team":"x","team":"y"}""", "/labels/team")]
    [InlineData("""{"herald/registration":"1m"}""", "/labels/herald~1registration")]
    [InlineData("""["team"]""", "/labels")]
    public async Task Labels_that_break_a_rule_are_named(string labels, string pointer)
    {
        var topic = await server.NewTopicAsync();
        (await server.PutAsync($"/v1/topics/{topic}", $$"""{"labels":{{labels}}}""")).IsProblem(400, "invalid-request", pointer);
        (await server.PutAsync($"/v1/subscriptions/{RunningServer.Name("s")}", $$"""{"topic":"{{topic}}","endpoint":"{{Endpoint}}","labels":{{labels}}}"""))
            .IsProblem(400, "invalid-request", pointer);
        (await server.PostAsync($"/v1/topics/{topic}/subscriptions", $$"""{"endpoint":"{{Endpoint}}","labels":{{labels}}}"""))
            .IsProblem(400, "invalid-request", pointer);
    }

    [Theory]
    [InlineData("""{"labels":[]}""", "application/json", 400)]
    [InlineData("""{"colour":"red"}""", "application/json", 400)]
    [InlineData("team=billing", "application/x-www-form-urlencoded", 415)]
    public async Task The_body_of_a_topic_is_read_strictly(string body, string type, int status)
    {
        var path = $"/v1/topics/{RunningServer.Name("topic")}";
        Assert.Equal(status, (int)(await server.SendAsync(HttpMethod.Put, path, body, type, [])).Status);
        (await server.GetAsync(path)).IsProblem(404, "topic-not-found");
    }

    private async Task<IEnumerable<string>> IdsAsync(string query) =>
        (await server.GetAsync($"/v1/subscriptions?{query}")).Is(200).Items.Select(item => item!["id"]!.ToString());
}
