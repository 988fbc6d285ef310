using Herald.Server.Tests.Http;
using Herald.TestKit.Http;
using Herald.TestKit.Receivers;
using Xunit;

namespace Herald.Server.Tests.Events;

public sealed class LookTests(RunningServer server)
{
    [Fact]
    public async Task An_event_tells_its_story()
    {
        await using var receiver = new ScriptedReceiver();
        var topic = await server.NewTopicAsync();
        var id = await server.NewSubscriptionAsync(topic, receiver.Endpoint.ToString());
        (await server.PublishAsync(topic, """{"id":"a/b c","key":"k","type":"t","attributes":{"x":"1"},"payload":{"n":1},"time":"2026-01-31T12:00:00+01:00"}""")).Is(202);
        await receiver.NextAsync(RunningServer.Cancel);
        var story = await server.UntilAsync(
            $"/v1/topics/{topic}/events/a%2Fb%20c?key=k", a => (string?)a.Json["deliveries"]?.AsArray().FirstOrDefault()?["status"] == "delivered");
        var told = story.Json["event"]!;
        Assert.Equal("a/b c", told["id"]!.ToString());
        Assert.Equal("2026-01-31T11:00:00.000Z", told["time"]!.ToString());
        Assert.Equal("""{"n":1}""", told["payload"]!.ToJsonString());
        Assert.Equal("""{"x":"1"}""", told["attributes"]!.ToJsonString());
        Assert.Equal(id, story.Json["deliveries"]![0]!["subscription"]!.ToString());
        (await server.GetAsync($"/v1/topics/{topic}/events/a%2Fb%20c")).Is(200);
        (await server.GetAsync($"/v1/topics/{topic}/events/unknown")).IsProblem(404, "event-not-found");
        (await server.GetAsync($"/v1/topics/{RunningServer.Name("unknown")}/events/e")).IsProblem(404, "topic-not-found");
    }

    [Fact]
    public async Task A_redrive_is_part_of_the_story_with_the_caller()
    {
        await using var receiver = new ScriptedReceiver();
        var (id, _, story) = await RedriveAsync(receiver);
        var delivery = story.Json["deliveries"]![0]!;
        Assert.Equal(["deadLettered", "redriven", "delivered"], delivery["steps"]!.AsArray().Select(step => step!["step"]!.ToString()));
        Assert.Equal("local", delivery["steps"]![1]!["by"]!.ToString());
        Assert.Equal([1, 1], story.Json["attempts"]!.AsArray().Select(attempt => (int)attempt!["generation"]!));
        Assert.Equal(["first", "redrive"], Sendings(story));

        var message = await receiver.NextAsync(RunningServer.Cancel);
        Assert.Equal(message.Header("webhook-id"), delivery["messageId"]!.ToString());
        var found = (await server.GetAsync($"/v1/messages/{message.Header("webhook-id")}?subscription={id}")).Is(200);
        Assert.Equal(("one", id), (found.Json["event"]!["id"]!.ToString(), found.Json["deliveries"]![0]!["subscription"]!.ToString()));
        (await server.GetAsync($"/v1/messages/msg_x?subscription={id}")).IsProblem(404, "event-not-found");
        (await server.GetAsync("/v1/messages/msg_x?subscription=unknown")).IsProblem(404, "subscription-not-found");
        (await server.GetAsync("/v1/messages/msg_x")).IsProblem(400, "invalid-request");
    }

    [Fact]
    public async Task A_replay_sends_a_redriven_event_from_both_of_its_places_with_one_message_id_and_attempts_say_so()
    {
        await using var receiver = new ScriptedReceiver();
        var (id, told, _) = await RedriveAsync(receiver);
        (await server.PostAsync($"/v1/subscriptions/{id}/replay", """{"from":"earliest"}""")).Is(200);
        var story = await server.UntilAsync(told, a => a.Json["attempts"]!.AsArray().Count == 4);
        Assert.Equal(["first", "redrive", "replay", "redrive"], Sendings(story));
        var ids = new HashSet<string?>();
        foreach (var mark in (string?[])[null, "redrive", "replay", "redrive"])
        {
            var message = await receiver.NextAsync(RunningServer.Cancel);
            Assert.Equal(mark, message.Header("herald-redelivery"));
            ids.Add(message.Header("webhook-id"));
        }
        Assert.Single(ids);
    }

    [Fact]
    public async Task A_replay_marks_also_an_event_that_had_only_waited()
    {
        await using var receiver = new ScriptedReceiver();
        var topic = await server.NewTopicAsync();
        var id = await server.NewSubscriptionAsync(topic, receiver.Endpoint.ToString());
        (await server.PublishAsync(topic, """{"id":"had","key":"k","payload":1}""")).Is(202);
        await receiver.NextAsync(RunningServer.Cancel);
        await server.UntilAsync($"/v1/topics/{topic}/events/had?key=k", a => (string?)a.Json["deliveries"]?.AsArray().FirstOrDefault()?["status"] == "delivered");
        (await server.PostAsync($"/v1/subscriptions/{id}/pause")).Is(200);
        (await server.PublishAsync(topic, """{"id":"waited","key":"k","payload":2}""")).Is(202);
        (await server.PostAsync($"/v1/subscriptions/{id}/replay", """{"from":"earliest"}""")).Is(200);
        (await server.PostAsync($"/v1/subscriptions/{id}/resume")).Is(200);
        foreach (var (sent, mark) in ((string, string?)[])[("had", "replay"), ("waited", "replay")])
        {
            var message = await receiver.NextAsync(RunningServer.Cancel);
            Assert.Equal((sent, mark), (message.Header("herald-event-id"), message.Header("herald-redelivery")));
        }
        Assert.Equal(["replay"], Sendings(await server.UntilAsync($"/v1/topics/{topic}/events/waited?key=k", a => a.Json["attempts"]!.AsArray().Count == 1)));
    }

    [Fact]
    public async Task A_subscription_that_does_not_get_the_event_is_told_why()
    {
        await using var receiver = new ScriptedReceiver();
        var topic = await server.NewTopicAsync();
        var id = await server.NewSubscriptionAsync(topic, receiver.Endpoint.ToString(), """, "filter":{"country":["NZ","AU"]}""");
        (await server.PublishAsync(topic, """{"id":"one","key":"k","attributes":{"country":"US"},"payload":1}""")).Is(202);
        var delivery = (await server.GetAsync($"/v1/topics/{topic}/events/one?key=k&subscription={id}")).Is(200).Json["deliveries"]![0]!;
        Assert.Equal("filteredOut", delivery["status"]!.ToString());
        Assert.Equal("""{"reason":"filteredOut","attribute":"country","value":"US","wanted":["NZ","AU"]}""", delivery["why"]!.ToJsonString());
        Assert.Empty((await server.GetAsync($"/v1/topics/{topic}/events/one?key=k")).Is(200).Json["deliveries"]!.AsArray());
        var unknown = await server.GetAsync($"/v1/topics/{topic}/events/one?key=k&subscription={id}x");
        unknown.IsProblem(404, "subscription-not-found");
        Assert.EndsWith($"Do you mean '{id}'?", unknown["detail"], StringComparison.Ordinal);
        // What cannot be a name is not compared.
        var invalid = await server.GetAsync($"/v1/topics/{topic}/events/one?key=k&subscription={id}%20");
        Assert.DoesNotContain("Do you mean", invalid["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_paused_subscription_says_who_paused_it_and_its_backlog_is_counted()
    {
        await using var receiver = new ScriptedReceiver();
        var topic = await server.NewTopicAsync();
        var id = await server.NewSubscriptionAsync(topic, receiver.Endpoint.ToString());
        (await server.PostAsync($"/v1/subscriptions/{id}/pause")).Is(200);
        (await server.PublishAsync(topic, """[{"id":"1","key":"k","payload":1},{"id":"2","key":"k","payload":2}]""")).Is(202);
        var why = (await server.GetAsync($"/v1/topics/{topic}/events/1?key=k&subscription={id}")).Is(200).Json["deliveries"]![0]!["why"]!;
        Assert.Equal(("paused", "local"), (why["reason"]!.ToString(), why["by"]!.ToString()));
        var lag = (await server.GetAsync($"/v1/subscriptions/{id}/lag")).Is(200);
        Assert.Equal(("paused", "2", "exact", "1", "k"), (lag["status"], lag["waiting"], lag["waitingIs"], lag["oldestEventId"], lag["oldestKey"]));
        Assert.Contains(lag["limitReason"], (string[])["full", "adapting"]);
        Assert.Equal("estimate", (await server.GetAsync($"/v1/subscriptions/{id}/lag?count=false")).Is(200)["waitingIs"]);
    }

    [Fact]
    public async Task A_blocked_key_shows_with_its_delivery_and_the_lag()
    {
        await using var receiver = new ScriptedReceiver(_ => new Reply.Status(500, "no"));
        var topic = await server.NewTopicAsync();
        var id = await server.NewSubscriptionAsync(topic, receiver.Endpoint.ToString(), """, "retry":{"base":"1h","cap":"1h"}""");
        (await server.PublishAsync(topic, """[{"id":"1","key":"k","payload":1},{"id":"2","key":"k","payload":2}]""")).Is(202);
        await receiver.NextAsync(RunningServer.Cancel);
        var blocked = await server.UntilAsync($"/v1/subscriptions/{id}/blocked-keys", a => a.Items.Count == 1);
        Assert.Equal("k", blocked.Items[0]!["key"]!.ToString());
        Assert.Equal("1", blocked.Items[0]!["eventId"]!.ToString());
        Assert.Equal(1, (int)blocked.Items[0]!["attempts"]!);
        Assert.NotEmpty((await server.GetAsync($"/v1/subscriptions/{id}/deliveries")).Is(200).Items);
        var lag = (await server.GetAsync($"/v1/subscriptions/{id}/lag")).Is(200);
        Assert.Equal(1, (int)lag.Json["blockedKeys"]!);
        (await server.PostAsync($"/v1/subscriptions/{id}/blocked-keys/release", """{"shard":0,"sequence":1}""")).IsProblem(409, "not-held");
    }

    [Fact]
    public async Task A_held_key_is_released()
    {
        await using var receiver = new ScriptedReceiver();
        receiver.Script(new Reply.Status(500), Reply.Ok);
        var topic = await server.NewTopicAsync();
        var id = await server.NewSubscriptionAsync(topic, receiver.Endpoint.ToString(), """, "retry":{"maxAttempts":1,"onExhausted":"hold"}""");
        (await server.PublishAsync(topic, """{"key":"k","payload":1}""")).Is(202);
        await receiver.NextAsync(RunningServer.Cancel);
        var held = await server.UntilAsync($"/v1/subscriptions/{id}/blocked-keys", a => a.Items.Count == 1 && (bool)a.Items[0]!["held"]!);
        var (shard, sequence) = (held.Items[0]!["shard"]!, held.Items[0]!["sequence"]!);
        (await server.PostAsync($"/v1/subscriptions/{id}/blocked-keys/release", $$"""{"shard":{{shard}},"sequence":{{sequence}}}""")).Is(204);
        Assert.Equal("1", (await receiver.NextAsync(RunningServer.Cancel)).BodyText);
    }

    [Theory]
    [InlineData("deliveries")]
    [InlineData("lag")]
    [InlineData("blocked-keys")]
    public async Task An_unknown_subscription_is_404(string what) =>
        (await server.GetAsync($"/v1/subscriptions/unknown/{what}")).IsProblem(404, "subscription-not-found");

    [Theory]
    [InlineData(null, "application/x-ndjson", "")]
    [InlineData("text/event-stream", "text/event-stream", "data: ")]
    public async Task A_topic_is_tailed(string? accept, string type, string before)
    {
        var topic = await server.NewTopicAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Address, $"/v1/topics/{topic}/tail"));
        if (accept is not null)
            request.Headers.Accept.ParseAdd(accept);
        using var response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, RunningServer.Cancel);
        Assert.Equal(type, response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(["no"], response.Headers.GetValues("X-Accel-Buffering"));
        (await server.PublishAsync(topic, """{"id":"seen","payload":[1]}""")).Is(202);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(RunningServer.Cancel));
        var line = (await reader.ReadLineAsync(RunningServer.Cancel))!;
        Assert.StartsWith(before + "{", line, StringComparison.Ordinal);
        Assert.Contains("\"id\":\"seen\"", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_topic_cannot_be_tailed() =>
        (await server.GetAsync($"/v1/topics/{RunningServer.Name("unknown")}/tail")).IsProblem(404, "topic-not-found");

    [Fact]
    public async Task A_tail_ends_when_the_server_stops()
    {
        var other = await RunningServer.StartAsync();
        var topic = await other.NewTopicAsync();
        using var response = await other.Http.GetAsync(new Uri(other.Address, $"/v1/topics/{topic}/tail"), HttpCompletionOption.ResponseHeadersRead, RunningServer.Cancel);
        var reading = response.Content.ReadAsStringAsync(RunningServer.Cancel);
        await other.Server.DisposeAsync();
        Assert.Equal("", await reading);
        await other.DisposeAsync();
    }

    /// <summary>Publishes event <c>one</c>, whose only attempt fails, and redrives it. Returns the subscription, and the address of the story.</summary>
    private async Task<(string Id, string Address, Answer Story)> RedriveAsync(ScriptedReceiver receiver)
    {
        receiver.Script(new Reply.Status(500), Reply.Ok);
        var topic = await server.NewTopicAsync();
        var id = await server.NewSubscriptionAsync(topic, receiver.Endpoint.ToString(), """, "retry":{"maxAttempts":1}""");
        (await server.PublishAsync(topic, """{"id":"one","key":"k","payload":1}""")).Is(202);
        await server.UntilAsync($"/v1/dead-letters?subscription={id}", a => a.Items.Count == 1);
        (await server.PostAsync("/v1/dead-letters/redrive", $$"""{"subscription":"{{id}}"}""")).Is(200);
        var address = $"/v1/topics/{topic}/events/one?key=k";
        return (id, address, await server.UntilAsync(address, a => a.Json["deliveries"]![0]!["status"]!.ToString() == "delivered"));
    }

    private static IEnumerable<string> Sendings(Answer story) => story.Json["attempts"]!.AsArray().Select(attempt => attempt!["sending"]!.ToString());
}
