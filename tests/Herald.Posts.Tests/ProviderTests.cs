using Herald.Engine.Channels;
using Herald.LocalServers.Posts;
using Herald.TestKit.Receivers;

namespace Herald.Posts.Tests;

public sealed class ProviderTests
{
    /// <summary>A ticket system with an API as nobody would think of it.</summary>
    private const string Tickets = """
        {
          "about": "Tickets, https://tickets.example/api",
          "values": {
            "key": {"about": "The key of the API.", "form": "secret"},
            "server": {"about": "The address.", "form": "address"},
            "board": {"about": "The board.", "default": "ops/1"}
          },
          "to": {"rule": "A person by login: lower-case letters.", "pattern": "[a-z]+"},
          "method": "PUT",
          "url": "{{server}}/boards/{{board}}/tickets/{{id}}?assignee={{to}}",
          "headers": {
            "X-Key": "key={{key}}", "Idempotency-Key": "{{id}}", "X-Category": "{{category}}", "Content-Type": "application/vnd.ticket+json"
          },
          "json": {
            "ticket": {"title": "{{headline}}", "lines": ["{{subject}}", "{{text}}", "via Herald"], "urgent": true, "rank": 1.50},
            "extra": "{{data}}"
          },
          "dropsRepeats": true,
          "answers": [
            {"status": "200,201", "at": "ticket.state", "is": ["open", "new"], "means": "delivered"},
            {"status": "200", "at": "ticket.state", "is": "full", "means": "transient"},
            {"status": "422", "at": "problems.*.field", "is": "assignee", "means": "badRecipient"}
          ],
          "wait": "retry.seconds",
          "words": ["problems.*.text"]
        }
        """;

    [Fact]
    public async Task A_service_nobody_thought_of_is_configuration()
    {
        await using var place = new PostPlace();
        await using var receiver = new ScriptedReceiver();
        receiver.Script(
            new Reply.Status(201, "{\"ticket\": {\"state\": \"new\"}}"),
            new Reply.Status(200, "{\"ticket\": {\"state\": \"full\"}}"),
            new Reply.Status(422, "{\"problems\": [{\"field\": \"assignee\", \"text\": \"bob has left\"}]}"),
            new Reply.Status(429, "{\"retry\": {\"seconds\": 4}}"));
        var channel = place.Channel(("tickets", Values.Of(
            place.Define(Tickets),
            ("key", Values.Secret("s3cret-key")), ("server", Values.Text($"{new Uri(receiver.Endpoint, "/")}api/")))));

        var message = new { subject = "Disk", text = "It is \"full\".", data = new { host = "db-1" } };
        var first = await place.TryAsync(channel, "post://tickets/ann", message);
        Assert.Equal("", first.Reason);
        var request = await receiver.NextAsync(PostPlace.TestEnd);
        Assert.Equal(("PUT", "/api/boards/ops%2F1/tickets/msg_1?assignee=ann"), (request.Method, request.Target));
        Assert.Equal(("key=s3cret-key", "msg_1"), (request.Header("x-key"), request.Header("idempotency-key")));
        Assert.Equal(("application/vnd.ticket+json", null), (request.Header("content-type"), request.Header("x-category")));
        Assert.StartsWith("Herald/", request.Header("user-agent"), StringComparison.Ordinal);
        Assert.Equal(
            """{"ticket":{"title":"Disk","lines":["Disk","It is \"full\".","via Herald"],"urgent":true,"rank":1.50},"""
            + "\"extra\":{\"host\":\"db-1\"}}",
            request.BodyText);

        var full = await place.TryAsync(channel, "post://tickets/ann", new { text = "again" });
        Assert.Equal((AttemptOutcome.Failed, false), (full.Outcome, full.EndpointTroubled));
        Assert.Equal(
            """{"ticket":{"title":"again","lines":["again","via Herald"],"urgent":true,"rank":1.50}}""",
            (await receiver.NextAsync(PostPlace.TestEnd)).BodyText);
        var gone = await place.TryAsync(channel, "post://tickets", new { text = "again", to = "bob" });
        Assert.Equal(AttemptOutcome.Rejected, gone.Outcome);
        Assert.Contains("refuses the recipient: answered 422: bob has left", gone.Reason, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(4), (await place.TryAsync(channel, "post://tickets/ann", new { text = "again" })).RetryAfter);
    }

    [Fact]
    public async Task The_next_provider_is_used_only_when_nothing_was_sent()
    {
        await using var place = new PostPlace();
        await using var slack = await FakeProvider.StartAsync(new FakeSlackWebhook(), PostPlace.TestEnd);
        await using var discord = await FakeProvider.StartAsync(new FakeDiscord(), PostPlace.TestEnd);
        var channel = place.Channel(
            ("slack", PresetCase.Of("slack-webhook").Options(slack) with { Then = "discord" }),
            ("discord", PresetCase.Of("discord").Options(discord)));

        // A token that is refused proves that nothing was sent.
        slack.Plan(PlannedAnswer.BadToken);
        Assert.Equal("", (await place.TryAsync(channel, "post://slack", new { text = "one" })).Reason);
        Assert.Equal((0, 1), (slack.Accepted.Count, discord.Accepted.Count));

        // Half an answer proves nothing.
        slack.Plan(PlannedAnswer.Half);
        var half = await place.TryAsync(channel, "post://slack", new { text = "two" });
        Assert.Equal(AttemptOutcome.Failed, half.Outcome);
        Assert.Equal((1, 1), (slack.Accepted.Count, discord.Accepted.Count));
    }

    [Theory]
    [InlineData("slack-webhook", 2)]
    [InlineData("pagerduty", 3)]
    public async Task A_request_is_sent_again_on_a_new_connection_only_where_the_service_drops_repeats(string preset, int requests)
    {
        await using var place = new PostPlace();
        await using var receiver = new ScriptedReceiver();
        var taken = preset == "pagerduty" ? new Reply.Status(202, "{}") : new Reply.Status(200, "ok");
        // The receiver has read the second request and closes the connection, which was used before, without a word.
        receiver.Script(taken, new Reply.Close(), taken);
        var address = new Uri(receiver.Endpoint, "/");
        var options = preset == "pagerduty"
            ? Values.Of(preset, ("routing-key", Values.Secret(FakePagerDuty.RoutingKey)), ("server", Values.Text(address.ToString())))
            : Values.Of(preset, ("url", Values.Secret(address)));
        var channel = place.Channel(("main", options));

        Assert.Equal("", (await place.TryAsync(channel, "post://main", new { text = "one" })).Reason);
        var second = await place.TryAsync(channel, "post://main", new { text = "two" });

        Assert.Equal(requests == 3 ? AttemptOutcome.Delivered : AttemptOutcome.Failed, second.Outcome);
        for (var n = 0; n < requests; n++)
            await receiver.NextAsync(PostPlace.TestEnd);
        Assert.False(receiver.Received.TryRead(out _));
    }

    [Fact]
    public async Task A_cancelled_attempt_ends_and_gives_its_turn_back()
    {
        await using var place = new PostPlace();
        await using var fake = await FakeProvider.StartAsync(new FakeDiscord(), PostPlace.TestEnd);
        var channel = place.Channel(("main", PresetCase.Of("discord").Options(fake) with { Connections = 1 }));
        fake.Plan(PlannedAnswer.Silence);
        using var stop = new CancellationTokenSource();
        var first = place.TryAsync(channel, "post://main", new { text = "one" }, cancel: stop.Token);
        await fake.Calls.ReadAsync(PostPlace.TestEnd);
        var second = place.TryAsync(channel, "post://main", new { text = "two" });
        Assert.False(fake.Calls.TryRead(out _));

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal("", (await second).Reason);
        Assert.Equal("two", Assert.Single(fake.Accepted).Text);
    }

    [Fact]
    public async Task An_address_inside_is_refused_unless_the_settings_say_that_the_provider_is_there()
    {
        await using var place = new PostPlace();
        using var guarded = new Outbound.HttpSender(new Outbound.OutboundOptions(), place.Clock);
        await using var fake = await FakeProvider.StartAsync(new FakeDiscord(), PostPlace.TestEnd);
        var options = PresetCase.Of("discord").Options(fake);
        var outbound = Microsoft.Extensions.Options.Options.Create(new Outbound.OutboundOptions());
        var senders = new Hosting.ProviderSenders(guarded, outbound, place.Clock);
        foreach (var isInside in new[] { false, true })
        {
            var given = options with { PrivateNetwork = isInside };
            var channel = new PostChannel(
                [PostProvider.Create("main", given, Definitions.Presets.Posts, senders.For(given))], place.Clock);
            var result = await place.TryAsync(channel, "post://main", new { text = "t" });
            Assert.Equal(isInside ? AttemptOutcome.Delivered : AttemptOutcome.Failed, result.Outcome);
            if (!isInside)
            {
                Assert.Contains("which is loopback; Herald goes there only if", result.Reason, StringComparison.Ordinal);
                Assert.Contains("privateNetwork", result.Reason, StringComparison.Ordinal);
            }
        }
        senders.Dispose();
        Assert.Single(fake.Accepted);
    }
}
