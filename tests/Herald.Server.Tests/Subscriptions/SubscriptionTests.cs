using Herald.Journal;
using Herald.Outbound;
using Herald.Server.Tests.Http;
using Herald.TestKit.Receivers;
using Xunit;

namespace Herald.Server.Tests.Subscriptions;

public sealed class SubscriptionTests(RunningServer server)
{
    private const string Endpoint = "http://127.0.0.1:9/hook";

    [Fact]
    public async Task A_subscription_is_created_with_its_secret_and_then_shown_without()
    {
        var topic = await server.NewTopicAsync();
        var id = RunningServer.Name("subscription");
        var body = $$"""{"topic":"{{topic}}","endpoint":"{{Endpoint}}","filter":{"type":["a","b"],"colour":["red"]},"description":"for tests"}""";
        var created = (await server.PutAsync($"/v1/subscriptions/{id}", body)).Is(201);
        Assert.StartsWith("whsec_", created["secret"], StringComparison.Ordinal);
        Assert.Equal($"/v1/subscriptions/{id}", created.Headers["Location"]);
        Assert.Equal("active", created["status"]);
        Assert.Equal("3d", created.Json["retry"]!["maxAge"]!.ToString());
        Assert.Equal("15s", created.Json["limits"]!["timeout"]!.ToString());
        Assert.Equal(["a", "b"], created.Json["filter"]!["type"]!.AsArray().Select(v => v!.ToString()).ToArray());
        var again = (await server.PutAsync($"/v1/subscriptions/{id}", body)).Is(200);
        Assert.Null(again["secret"]);
        Assert.Equal(created.Headers["ETag"], again.Headers["ETag"]);
        var read = (await server.GetAsync($"/v1/subscriptions/{id}")).Is(200);
        Assert.Null(read["secret"]);
        Assert.Equal(created["secret"], (await server.GetAsync($"/v1/subscriptions/{id}/secret")).Is(200)["secret"]);
        Assert.Equal(304, (int)(await server.GetAsync($"/v1/subscriptions/{id}", ("If-None-Match", read.Headers["ETag"]))).Status);
        Assert.Contains((await server.GetAsync($"/v1/subscriptions?topic={topic}")).Items, i => i!["id"]!.ToString() == id);
        (await server.DeleteAsync($"/v1/subscriptions/{id}")).Is(204);
        (await server.DeleteAsync($"/v1/subscriptions/{id}")).IsProblem(404, "subscription-not-found");
    }

    [Fact]
    public async Task A_schedule_of_retries_is_shown_as_it_was_given()
    {
        var id = await server.NewSubscriptionAsync(
            await server.NewTopicAsync(), Endpoint, """, "retry":{"strategy":"schedule","schedule":["1s","90s","1h"],"jitter":0.1,"ttl":"2d"}""");
        var retry = (await server.GetAsync($"/v1/subscriptions/{id}")).Is(200).Json["retry"]!;
        Assert.Equal("schedule", retry["strategy"]!.ToString());
        Assert.Equal(["1s", "1m30s", "1h"], retry["schedule"]!.AsArray().Select(wait => wait!.ToString()));
        Assert.Equal(("0.1", "2d"), (retry["jitter"]!.ToString(), retry["ttl"]!.ToString()));
        Assert.Null(retry["base"]);
    }

    [Theory]
    [InlineData("", "50ms 250ms")]
    [InlineData(", \"retry\":{\"maxAge\":\"1h\"}", "50ms 250ms")]
    [InlineData(", \"retry\":{\"base\":\"2s\"}", "")]
    [InlineData(", \"retry\":{\"first\":[]}", "")]
    [InlineData(", \"retry\":{\"base\":\"2s\",\"first\":[\"5ms\"]}", "5ms")]
    public async Task The_first_waits_are_short_unless_it_says_otherwise(string more, string first)
    {
        var id = await server.NewSubscriptionAsync(await server.NewTopicAsync(), Endpoint, more);
        var retry = (await server.GetAsync($"/v1/subscriptions/{id}")).Is(200).Json["retry"]!;
        Assert.Equal(first, string.Join(' ', retry["first"]!.AsArray().Select(wait => wait!.ToString())));
    }

    [Theory]
    [InlineData("\"earliest\"", "1 2 3")]
    [InlineData("2", "2 3")]
    [InlineData("\"2000-01-01T00:00:00Z\"", "1 2 3")]
    [InlineData("\"2100-01-01T00:00:00Z\"", "")]
    [InlineData("\"now\"", "")]
    public async Task It_starts_where_it_is_told_to(string from, string old)
    {
        await using var receiver = new ScriptedReceiver();
        await using var own = await RunningServer.StartAsync(o => o.With<JournalOptions>(journal => journal with { ShardCount = 1 }));
        var topic = await own.NewTopicAsync();
        for (var i = 1; i <= 3; i++)
            (await own.PublishAsync(topic, $$"""{"key":"k","payload":{{i}}}""")).Is(202);
        await own.NewSubscriptionAsync(topic, receiver.Endpoint.ToString(), $", \"from\":{from}");
        (await own.PublishAsync(topic, """{"key":"k","payload":"new"}""")).Is(202);
        foreach (var expected in old.Split(' ', StringSplitOptions.RemoveEmptyEntries).Append("\"new\""))
            Assert.Equal(expected, (await receiver.NextAsync(RunningServer.Cancel)).BodyText);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1.5")]
    [InlineData("true")]
    [InlineData("\"tomorrow\"")]
    public async Task A_start_that_is_none_is_named(string from)
    {
        var id = await server.NewSubscriptionAsync(await server.NewTopicAsync(), Endpoint);
        (await server.PostAsync($"/v1/subscriptions/{id}/replay", $$"""{"from":{{from}}}""")).IsProblem(400, "invalid-request", "/from");
    }

    [Fact]
    public async Task What_is_asked_of_an_unknown_subscription_is_404()
    {
        var path = $"/v1/subscriptions/{RunningServer.Name("unknown")}";
        (await server.GetAsync($"{path}/secret")).IsProblem(404, "subscription-not-found");
        (await server.PostAsync($"{path}/pause")).IsProblem(404, "subscription-not-found");
        (await server.PostAsync($"{path}/test")).IsProblem(404, "subscription-not-found");
        (await server.PostAsync($"{path}/replay", """{"from":"earliest"}""")).IsProblem(404, "subscription-not-found");
        (await server.PostAsync($"{path}/rotate-secret", "{}")).IsProblem(404, "subscription-not-found");
        (await server.PostAsync($"{path}/blocked-keys/release", """{"shard":0,"sequence":1}""")).IsProblem(404, "subscription-not-found");
        (await server.PatchAsync(path, "{}")).IsProblem(404, "subscription-not-found");
    }

    [Theory]
    [InlineData("""{"overlap":"31d"}""", "/overlap")]
    [InlineData("""{"secret":"short"}""", "/secret")]
    public async Task A_rotation_that_breaks_a_rule_is_named(string body, string pointer)
    {
        var id = await server.NewSubscriptionAsync(await server.NewTopicAsync(), Endpoint);
        (await server.PostAsync($"/v1/subscriptions/{id}/rotate-secret", body)).IsProblem(400, "invalid-request", pointer);
    }

    [Theory]
    [InlineData("""{"description":"a","description":"b"}""", "/description")]
    [InlineData("""{"limits":{"maxInFlight":1,"maxInFlight":2}}""", "/limits/maxInFlight")]
    [InlineData("""{"filter":{"type":[{"a":1,"a":2}]}}""", "/filter/type/0/a")]
    [InlineData("""{"limits":{"maxInFlight":1.5}}""", "/limits/maxInFlight")]
    [InlineData("""{"limits":{"maxInFlight":"many"}}""", "/limits/maxInFlight")]
    [InlineData("""[1]""", "")]
    public async Task A_patch_that_breaks_a_rule_changes_nothing_and_names_it(string patch, string pointer)
    {
        var id = await server.NewSubscriptionAsync(await server.NewTopicAsync(), Endpoint);
        var before = (await server.GetAsync($"/v1/subscriptions/{id}")).Is(200);
        (await server.PatchAsync($"/v1/subscriptions/{id}", patch)).IsProblem(400, "invalid-request", pointer);
        Assert.Equal(before.Text, (await server.GetAsync($"/v1/subscriptions/{id}")).Text);
    }

    [Fact]
    public async Task A_topic_can_be_subscribed_to_under_its_own_address()
    {
        var topic = await server.NewTopicAsync();
        var id = RunningServer.Name("subscription");
        var body = $$"""{"id":"{{id}}","endpoint":"{{Endpoint}}"}""";
        (await server.PostAsync($"/v1/topics/{topic}/subscriptions", body)).Is(201);
        (await server.PostAsync($"/v1/topics/{topic}/subscriptions", body)).Is(200);
        var given = (await server.PostAsync($"/v1/topics/{topic}/subscriptions", $$"""{"endpoint":"{{Endpoint}}"}""")).Is(201);
        (await server.GetAsync($"/v1/subscriptions/{given["id"]}")).Is(200);
        (await server.PostAsync($"/v1/topics/{RunningServer.Name("unknown")}/subscriptions", body)).IsProblem(404, "topic-not-found");
    }

    [Fact]
    public async Task Conditions_are_honoured()
    {
        var topic = await server.NewTopicAsync();
        var id = RunningServer.Name("subscription");
        var body = $$"""{"topic":"{{topic}}","endpoint":"{{Endpoint}}"}""";
        (await server.PutAsync($"/v1/subscriptions/{id}", body, ("If-Match", "*"))).IsProblem(412, "version-mismatch");
        var created = (await server.PutAsync($"/v1/subscriptions/{id}", body, ("If-None-Match", "*"))).Is(201);
        (await server.PutAsync($"/v1/subscriptions/{id}", body, ("If-None-Match", "*"))).IsProblem(412, "version-mismatch");
        var changed = (await server.PatchAsync($"/v1/subscriptions/{id}", """{"description":"x"}""", ("If-Match", created.Headers["ETag"]))).Is(200);
        (await server.PatchAsync($"/v1/subscriptions/{id}", """{"description":"y"}""", ("If-Match", created.Headers["ETag"]))).IsProblem(412, "version-mismatch");
        (await server.PutAsync($"/v1/subscriptions/{id}", body, ("If-Match", created.Headers["ETag"]))).IsProblem(412, "version-mismatch");
        (await server.DeleteAsync($"/v1/subscriptions/{id}", ("If-Match", created.Headers["ETag"]))).IsProblem(412, "version-mismatch");
        (await server.DeleteAsync($"/v1/subscriptions/{id}", ("If-Match", changed.Headers["ETag"]))).Is(204);
    }

    [Fact]
    public async Task A_patch_changes_what_it_names_and_null_puts_a_default_back()
    {
        var id = await server.NewSubscriptionAsync(
            await server.NewTopicAsync(), Endpoint, """,  "description":"d","filter":{"a":["1"],"b":["2"]},"retry":{"base":"2s","maxAttempts":7},"limits":{"maxInFlight":3}""");
        var patched = (await server.PatchAsync($"/v1/subscriptions/{id}", """{"description":null,"filter":{"b":null},"retry":{"maxAge":"1h30m"},"limits":null}""")).Is(200);
        Assert.Null(patched["description"]);
        Assert.Equal("""{"a":["1"]}""", patched.Json["filter"]!.ToJsonString());
        Assert.Equal("2s", patched.Json["retry"]!["base"]!.ToString());
        Assert.Equal("1h30m", patched.Json["retry"]!["maxAge"]!.ToString());
        Assert.Equal(7, (int)patched.Json["retry"]!["maxAttempts"]!);
        Assert.Equal(100, (int)patched.Json["limits"]!["maxInFlight"]!);
        (await server.PatchAsync($"/v1/subscriptions/{id}", """{"endpoint":null}""")).IsProblem(400, "invalid-request", "/endpoint");
        (await server.PatchAsync($"/v1/subscriptions/{id}", """{"colour":"red"}""")).IsProblem(400, "invalid-request", "/colour");
        (await server.PatchAsync($"/v1/subscriptions/{id}", """{"description":"a","description":"b"}""")).IsProblem(400, "invalid-request", "/description");
        (await server.PatchAsync($"/v1/subscriptions/{id}", "[]")).IsProblem(400, "invalid-request", "");
        (await server.PatchAsync("/v1/subscriptions/unknown", "{}")).IsProblem(404, "subscription-not-found");
        (await server.SendAsync(HttpMethod.Patch, $"/v1/subscriptions/{id}", "{}", "text/plain", [])).IsProblem(415, "unsupported-media-type");
    }

    [Theory]
    [InlineData("\"endpoint\":\"ftp://example.com/\"", "/endpoint")]
    [InlineData("\"endpoint\":\"no url\"", "/endpoint")]
    [InlineData("\"endpoint\":\"http://user:hunter2@127.0.0.1/hook\"", "/endpoint")]
    [InlineData("\"endpoint\":7", "/endpoint")]
    [InlineData("\"endpoint\":null", "/endpoint")]
    [InlineData("\"description\":\"x\"", "/endpoint")]
    public async Task An_endpoint_that_cannot_be_is_refused(string fields, string pointer)
    {
        var topic = await server.NewTopicAsync();
        var answer = (await server.PutAsync($"/v1/subscriptions/{RunningServer.Name("s")}", $$"""{"topic":"{{topic}}",{{fields}}}""")).IsProblem(400, "invalid-request", pointer);
        Assert.DoesNotContain("hunter2", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_private_endpoint_is_refused_by_the_guard()
    {
        await using var guarded = await RunningServer.StartAsync(o => o.With<OutboundOptions>(_ => new() { Guard = true }));
        var topic = await guarded.NewTopicAsync();
        foreach (var address in (string[])["127.0.0.1", "10.1.2.3", "192.168.1.1", "169.254.169.254", "[::1]", "localhost"])
        {
            var body = $$"""{"topic":"{{topic}}","endpoint":"http://{{address}}/hook"}""";
            (await guarded.PutAsync("/v1/subscriptions/s", body)).IsProblem(400, "invalid-request", "/endpoint");
        }
        (await guarded.PutAsync("/v1/subscriptions/s", $$"""{"topic":"{{topic}}","endpoint":"https://example.com/hook"}""")).Is(201);
    }

    [Theory]
    [InlineData("\"filter\":{\"a\":{\"prefix\":\"x\"}}", "/filter/a", "exactly")]
    [InlineData("\"filter\":{\"a\":[{\"prefix\":\"x\"}]}", "/filter/a/0", "Must be a string, which matches exactly")]
    [InlineData("\"filter\":{\"a\":[1]}", "/filter/a/0", "Must be a string, which matches exactly")]
    [InlineData("\"filter\":{\"a\":[]}", "/filter/a", null)]
    [InlineData("\"filter\":{\"a/b\":\"x\"}", "/filter/a~1b", null)]
    [InlineData("\"filter\":[]", "/filter", null)]
    [InlineData("\"retry\":{\"strategy\":\"hope\"}", "/retry/strategy", null)]
    [InlineData("\"retry\":{\"base\":\"soon\"}", "/retry/base", "duration")]
    [InlineData("\"retry\":{\"first\":[\"1s\",\"soon\"]}", "/retry/first/1", "duration")]
    [InlineData("\"retry\":{\"first\":[\"0s\"]}", "/retry/first/0", null)]
    [InlineData("\"retry\":{\"strategy\":\"schedule\",\"schedule\":[\"1s\"],\"first\":[\"1s\"]}", "/retry/first", "exponential")]
    [InlineData("\"retry\":{\"base\":5}", "/retry/base", "string")]
    [InlineData("\"retry\":{\"base\":\"1h\",\"cap\":\"1s\"}", "/retry/cap", null)]
    [InlineData("\"retry\":{\"factor\":0.5}", "/retry/factor", null)]
    [InlineData("\"retry\":{\"jitter\":2}", "/retry/jitter", null)]
    [InlineData("\"retry\":{\"maxAttempts\":0}", "/retry/maxAttempts", null)]
    [InlineData("\"retry\":{\"maxAttempts\":1.5}", "/retry/maxAttempts", "whole number")]
    [InlineData("\"retry\":{\"maxAttempts\":\"3\"}", "/retry/maxAttempts", "whole number")]
    [InlineData("\"retry\":{\"maxAttempts\":99999999999}", "/retry/maxAttempts", "whole number")]
    [InlineData("\"retry\":{\"maxAge\":\"none\"}", "/retry", null)]
    [InlineData("\"retry\":{\"schedule\":[\"1s\"]}", "/retry/schedule", "schedule")]
    [InlineData("\"retry\":{\"strategy\":\"schedule\"}", "/retry/schedule", null)]
    [InlineData("\"retry\":{\"strategy\":\"schedule\",\"schedule\":[]}", "/retry/schedule", null)]
    [InlineData("\"retry\":{\"strategy\":\"schedule\",\"schedule\":[\"1s\",\"x\"]}", "/retry/schedule/1", null)]
    [InlineData("\"retry\":{\"strategy\":\"schedule\",\"schedule\":[\"1s\"],\"factor\":2}", "/retry/factor", null)]
    [InlineData("\"retry\":{\"onExhausted\":\"explode\"}", "/retry/onExhausted", null)]
    [InlineData("\"retry\":{\"onExhausted\":\"forward\"}", "/retry/forwardTo", null)]
    [InlineData("\"retry\":{\"forwardTo\":\"elsewhere\"}", "/retry/forwardTo", null)]
    [InlineData("\"retry\":{\"speed\":1}", "/retry/speed", "Unknown")]
    [InlineData("\"limits\":{\"maxInFlight\":0}", "/limits/maxInFlight", null)]
    [InlineData("\"limits\":{\"ratePerSecond\":0}", "/limits/ratePerSecond", null)]
    [InlineData("\"limits\":{\"timeout\":\"1d\"}", "/limits/timeout", null)]
    [InlineData("\"limits\":{\"fixedInFlight\":\"yes\"}", "/limits/fixedInFlight", "true or false")]
    [InlineData("\"from\":\"yesterday\"", "/from", null)]
    [InlineData("\"from\":0", "/from", null)]
    [InlineData("\"from\":{}", "/from", null)]
    [InlineData("\"Description\":\"x\"", "/Description", "Unknown")]
    [InlineData("\"description\":\"x\",\"description\":\"y\"", "/description", "once")]
    public async Task A_field_that_breaks_a_rule_is_named(string field, string pointer, string? rule)
    {
        var topic = await server.NewTopicAsync();
        (await server.PutAsync($"/v1/subscriptions/{RunningServer.Name("s")}", $$"""{"topic":"{{topic}}","endpoint":"{{Endpoint}}",{{field}}}"""))
            .IsProblem(400, "invalid-request", pointer, rule);
    }

    [Fact]
    public async Task All_that_is_wrong_is_told_at_once()
    {
        var answer = (await server.PutAsync("/v1/subscriptions/s", """{"topic":7,"colour":"red","retry":{"base":1,"factor":"x"}}""")).IsProblem(400, "invalid-request");
        Assert.Equal(
            ["/colour", "/endpoint", "/retry/base", "/retry/factor", "/topic"],
            answer.Json["errors"]!.AsArray().Select(e => e!["pointer"]!.ToString()).Order(StringComparer.Ordinal).ToArray());
    }

    [Fact]
    public async Task A_secret_is_never_shown_in_a_problem()
    {
        var topic = await server.NewTopicAsync();
        foreach (var secret in (string[])["\"whsec_c2hvcnQ=\"", "\"c2hvcnQ=\"", "7", "[\"c2hvcnQ=\"]"])
        {
            var answer = (await server.PutAsync("/v1/subscriptions/s", $$"""{"topic":"{{topic}}","endpoint":"{{Endpoint}}","secret":{{secret}}}"""))
                .IsProblem(400, "invalid-request", "/secret");
            Assert.DoesNotContain("c2hvcnQ", answer.Text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("", 400, "empty-body")]
    [InlineData("{", 400, "malformed-json")]
    [InlineData("[]", 400, "invalid-request")]
    [InlineData("null", 400, "invalid-request")]
    public async Task A_body_that_is_no_object_is_refused(string body, int status, string code) =>
        (await server.PutAsync("/v1/subscriptions/s", body)).IsProblem(status, code);

    [Fact]
    public async Task An_unknown_topic_is_refused() =>
        (await server.PutAsync("/v1/subscriptions/s", $$"""{"topic":"{{RunningServer.Name("unknown")}}","endpoint":"{{Endpoint}}"}""")).IsProblem(404, "topic-not-found");

    [Fact]
    public async Task A_bad_id_is_refused() =>
        (await server.PutAsync("/v1/subscriptions/a%20b", $$"""{"topic":"{{await server.NewTopicAsync()}}","endpoint":"{{Endpoint}}"}""")).IsProblem(400, "invalid-request", "/id");

    [Fact]
    public async Task It_is_paused_and_resumed()
    {
        var id = await server.NewSubscriptionAsync(await server.NewTopicAsync(), Endpoint);
        Assert.Equal("paused", (await server.PostAsync($"/v1/subscriptions/{id}/pause")).Is(200)["status"]);
        Assert.Equal("active", (await server.PostAsync($"/v1/subscriptions/{id}/resume")).Is(200)["status"]);
        (await server.PostAsync("/v1/subscriptions/unknown/pause")).IsProblem(404, "subscription-not-found");
        (await server.PostAsync("/v1/subscriptions/unknown/resume")).IsProblem(404, "subscription-not-found");
    }

    [Fact]
    public async Task A_secret_is_rotated_with_an_overlap()
    {
        var id = await server.NewSubscriptionAsync(await server.NewTopicAsync(), Endpoint);
        var before = (await server.GetAsync($"/v1/subscriptions/{id}/secret")).Is(200);
        var after = (await server.PostAsync($"/v1/subscriptions/{id}/rotate-secret", """{"overlap":"1h"}""")).Is(200);
        Assert.NotEqual(before["secret"], after["secret"]);
        Assert.Equal(before["secret"], after["previous"]);
        Assert.NotNull(after["previousUntil"]);
        Assert.Equal(after["secret"], (await server.GetAsync($"/v1/subscriptions/{id}/secret"))["secret"]);
        (await server.PostAsync($"/v1/subscriptions/{id}/rotate-secret", """{"overlap":"31d"}""")).IsProblem(400, "invalid-request", "/overlap");
        (await server.PostAsync($"/v1/subscriptions/{id}/rotate-secret", """{"secret":"x"}""")).IsProblem(400, "invalid-request", "/secret");
        (await server.PostAsync("/v1/subscriptions/unknown/rotate-secret", "{}")).IsProblem(404, "subscription-not-found");
        (await server.GetAsync("/v1/subscriptions/unknown/secret")).IsProblem(404, "subscription-not-found");
    }

    [Fact]
    public async Task A_secret_signs_until_its_overlap_ends_unless_the_caller_ends_it()
    {
        var id = await server.NewSubscriptionAsync(await server.NewTopicAsync(), Endpoint);
        var path = $"/v1/subscriptions/{id}/rotate-secret";
        var first = (await server.GetAsync($"/v1/subscriptions/{id}/secret")).Is(200);
        var second = (await server.PostAsync(path, """{"overlap":"1h"}""")).Is(200);

        var refused = await server.PostAsync(path, """{"overlap":"1h"}""");
        refused.IsProblem(409, "overlap-runs");
        Assert.Contains($"signs until {second["previousUntil"]![..19]}Z", refused["detail"], StringComparison.Ordinal);
        var kept = (await server.GetAsync($"/v1/subscriptions/{id}/secret")).Is(200);
        Assert.Equal((second["secret"], first["secret"]), (kept["secret"], kept["previous"]));

        var third = (await server.PostAsync(path, """{"overlap":"1h","endOverlap":true}""")).Is(200);
        Assert.Equal(second["secret"], third["previous"]);
        // Who allows no overlap wants no old secret to sign.
        (await server.PostAsync(path, """{"overlap":"0s"}""")).Is(200);
        (await server.PostAsync(path, """{"overlap":"1h"}""")).Is(200);
    }

    [Fact]
    public async Task A_test_event_is_sent_and_its_result_told()
    {
        await using var receiver = new ScriptedReceiver(_ => new Reply.Status(418, "short and stout"));
        var id = await server.NewSubscriptionAsync(await server.NewTopicAsync(), receiver.Endpoint.ToString());
        var result = (await server.PostAsync($"/v1/subscriptions/{id}/test")).Is(200);
        Assert.Equal("failed", result["outcome"]);
        Assert.Equal(418, (int)result.Json["statusCode"]!);
        Assert.Equal("short and stout", result["answer"]);
        (await server.PostAsync("/v1/subscriptions/unknown/test")).IsProblem(404, "subscription-not-found");
    }

    [Fact]
    public async Task A_replay_delivers_again()
    {
        await using var receiver = new ScriptedReceiver();
        var topic = await server.NewTopicAsync();
        var id = await server.NewSubscriptionAsync(topic, receiver.Endpoint.ToString());
        (await server.PublishAsync(topic, """{"payload":"again"}""")).Is(202);
        var first = await receiver.NextAsync(RunningServer.Cancel);
        Assert.Equal("2", (await server.PostAsync($"/v1/subscriptions/{id}/replay", """{"from":"earliest"}""")).Is(200)["generation"]);
        var second = await receiver.NextAsync(RunningServer.Cancel);
        Assert.Equal(first.Header("webhook-id"), second.Header("webhook-id"));
        (await server.PostAsync($"/v1/subscriptions/{id}/replay", "{}")).IsProblem(400, "invalid-request", "/from");
        (await server.PostAsync("/v1/subscriptions/unknown/replay", """{"from":"now"}""")).IsProblem(404, "subscription-not-found");
    }

    [Theory]
    [InlineData("\"now\"")]
    [InlineData("\"2100-01-01T00:00:00Z\"")]
    [InlineData("1000000")]
    public async Task A_replay_leaves_out_events_that_are_not_delivered_only_when_asked_and_never_later_ones(string from)
    {
        await using var receiver = new ScriptedReceiver();
        var topic = await server.NewTopicAsync();
        var id = await server.NewSubscriptionAsync(topic, receiver.Endpoint.ToString());
        (await server.PostAsync($"/v1/subscriptions/{id}/pause")).Is(200);
        (await server.PublishAsync(topic, """{"id":"waits","payload":1}""")).Is(202);

        (await server.PostAsync($"/v1/subscriptions/{id}/replay", $$"""{"from":{{from}}}""")).IsProblem(409, "replay-skips");
        (await server.PostAsync($"/v1/subscriptions/{id}/replay", $$"""{"from":{{from}},"skipUndelivered":true}""")).Is(200);
        (await server.PublishAsync(topic, """{"id":"later","payload":2}""")).Is(202);
        (await server.PostAsync($"/v1/subscriptions/{id}/resume")).Is(200);
        Assert.Equal("later", (await receiver.NextAsync(RunningServer.Cancel)).Header("herald-event-id"));
        // Nothing is unsettled any more, so nothing can be left out.
        await server.UntilAsync($"/v1/subscriptions/{id}/lag", a => (int)a.Json["waiting"]! == 0);
        (await server.PostAsync($"/v1/subscriptions/{id}/replay", $$"""{"from":{{from}}}""")).Is(200);
    }

    [Fact]
    public async Task A_replay_leaves_nothing_out_when_only_events_of_other_topics_came_during_a_pause()
    {
        await using var receiver = new ScriptedReceiver();
        var (topic, other) = (await server.NewTopicAsync(), await server.NewTopicAsync());
        var id = await server.NewSubscriptionAsync(topic, receiver.Endpoint.ToString());
        (await server.PostAsync($"/v1/subscriptions/{id}/pause")).Is(200);
        (await server.PublishAsync(other, """[{"payload":1},{"payload":2},{"payload":3}]""")).Is(202);
        (await server.PostAsync($"/v1/subscriptions/{id}/replay", """{"from":"now"}""")).Is(200);
    }

    [Fact]
    public async Task A_replay_from_before_all_that_waits_leaves_nothing_out()
    {
        await using var receiver = new ScriptedReceiver(_ => new Reply.Status(500));
        var topic = await server.NewTopicAsync();
        var id = await server.NewSubscriptionAsync(topic, receiver.Endpoint.ToString());
        (await server.PublishAsync(topic, """{"id":"one","payload":1}""")).Is(202);
        await receiver.NextAsync(RunningServer.Cancel);
        (await server.PostAsync($"/v1/subscriptions/{id}/replay", """{"from":"2000-01-01T00:00:00Z"}""")).Is(200);
    }

    [Fact]
    public async Task Starting_earliest_delivers_what_was_there()
    {
        await using var receiver = new ScriptedReceiver();
        var topic = await server.NewTopicAsync();
        (await server.PublishAsync(topic, """{"payload":"old"}""")).Is(202);
        await server.NewSubscriptionAsync(topic, receiver.Endpoint.ToString(), """, "from":"earliest" """);
        Assert.Equal("\"old\"", (await receiver.NextAsync(RunningServer.Cancel)).BodyText);
    }
}
