using Herald.Engine.Channels;
using Herald.LocalServers.Posts;
using Herald.TestKit.Receivers;

namespace Herald.Posts.Tests;

/// <summary>What is refused for one post, for one recipient, and for all.</summary>
public sealed class RefusalTests : IAsyncLifetime
{
    private const string Chat = """
        {
          "about": "A chat", "values": {"server": {"about": "Its address.", "form": "address"}},
          "to": {"rule": "A channel."}, "url": "{{server}}/post", "json": {"channel": "{{to}}", "text": "{{text}}"},
          "answers": [{"status": "429", "means": "recipientThrottled"}]
        }
        """;

    private const string Plain = """
        {
          "about": "A service", "values": {"server": {"about": "Its address.", "form": "address"}}, "url": "{{server}}",
          "json": {"text": "{{text}}"}
        }
        """;

    private readonly PostPlace _place = new();
    private readonly ScriptedReceiver _service = new();
    private FakeProvider _backup = null!;

    public async ValueTask InitializeAsync() => _backup = await FakeProvider.StartAsync(new FakeDiscord(), PostPlace.TestEnd);

    public async ValueTask DisposeAsync()
    {
        await _backup.DisposeAsync();
        await _service.DisposeAsync();
        await _place.DisposeAsync();
    }

    [Theory]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(410)]
    public async Task A_wrong_address_loses_no_post_and_the_next_provider_sends_them(int status)
    {
        _service.Script(new Reply.Status(status, "<html>nginx</html>"));
        var service = Service(Plain);
        var alone = _place.Channel(("main", service));
        for (var n = 0; n < 20; n++)
        {
            var result = await _place.TryAsync(alone, "post://main", new { text = $"{n}" });
            // It can be the fault of this one post, so others are still sent.
            Assert.Equal((AttemptOutcome.Failed, false, status), (result.Outcome, result.EndpointTroubled, result.StatusCode));
        }

        var chain = _place.Channel(("main", service with { Then = "backup" }), ("backup", PresetCase.Of("discord").Options(_backup)));
        for (var n = 0; n < 5; n++)
            Assert.Equal("", (await _place.TryAsync(chain, "post://main", new { text = $"{n}" })).Reason);
        Assert.Equal(5, _backup.Accepted.Count);
    }

    [Fact]
    public async Task A_service_that_refuses_every_post_does_not_make_dead_letters_of_all()
    {
        _service.Script(new Reply.Status(400, "no such field"));
        var channel = _place.Channel(("main", Service(Plain)));
        var results = new List<AttemptResult>();
        for (var n = 0; n < 20; n++)
            results.Add(await _place.TryAsync(channel, "post://main", new { text = $"{n}" }));

        Assert.Equal(10, results.Count(result => result.Outcome == AttemptOutcome.Rejected));
        Assert.All(results.Skip(10), result => Assert.Equal((AttemptOutcome.Failed, true), (result.Outcome, result.EndpointTroubled)));
        Assert.Contains("answered 400: no such field; it is refusal 20 in a row", results[^1].Reason, StringComparison.Ordinal);
        // One post that is taken ends it.
        _service.Script(Reply.Ok);
        Assert.Equal("", (await _place.TryAsync(channel, "post://main", new { text = "t" })).Reason);
        _service.Script(new Reply.Status(400));
        Assert.Equal(AttemptOutcome.Rejected, (await _place.TryAsync(channel, "post://main", new { text = "t" })).Outcome);
    }

    [Fact]
    public async Task A_pause_of_one_recipient_holds_up_nobody_else()
    {
        _service.Script(request => request.BodyText.Contains("#deploys", StringComparison.Ordinal)
            ? new Reply.Status(429, "", ("Retry-After", "30")) : Reply.Ok);
        var channel = _place.Channel(("main", Service(Chat)));

        var paused = await TryAsync(channel, "#deploys");
        Assert.Equal(
            (AttemptOutcome.Failed, false, TimeSpan.FromSeconds(30)), (paused.Outcome, paused.EndpointTroubled, paused.RetryAfter));
        Assert.Equal("", (await TryAsync(channel, "#alarms")).Reason);
        await _service.NextAsync(PostPlace.TestEnd);
        await _service.NextAsync(PostPlace.TestEnd);

        // The service is not asked before the pause has ended.
        _place.Clock.Advance(TimeSpan.FromSeconds(10));
        var early = await TryAsync(channel, "#deploys");
        Assert.Equal(
            (AttemptOutcome.Failed, false, TimeSpan.FromSeconds(20)), (early.Outcome, early.EndpointTroubled, early.RetryAfter));
        Assert.Contains("asked for a pause of 20s more for this recipient", early.Reason, StringComparison.Ordinal);
        Assert.False(_service.Received.TryRead(out _));
        _service.Script(Reply.Ok);
        _place.Clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal("", (await TryAsync(channel, "#deploys")).Reason);
    }

    [Fact]
    public async Task Pauses_of_several_recipients_are_one_of_the_provider()
    {
        _service.Script(new Reply.Status(429, "", ("Retry-After", "30")));
        var channel = _place.Channel(("main", Service(Chat)));
        Assert.False((await TryAsync(channel, "#a")).EndpointTroubled);
        Assert.False((await TryAsync(channel, "#b")).EndpointTroubled);

        Assert.True((await TryAsync(channel, "#c")).EndpointTroubled);

        for (var n = 0; n < 3; n++)
            await _service.NextAsync(PostPlace.TestEnd);
        _service.Script(Reply.Ok);
        Assert.Equal(AttemptOutcome.Failed, (await TryAsync(channel, "#d")).Outcome);
        Assert.False(_service.Received.TryRead(out _));
        _place.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("", (await TryAsync(channel, "#d")).Reason);
    }

    [Theory]
    [InlineData("{{server}}", "hooks/ab12/", "/hooks/ab12/")]
    [InlineData("{{ server }}", "hooks/ab12/", "/hooks/ab12/")]
    [InlineData("{{server}}", "hooks?sig=abc/", "/hooks?sig=abc/")]
    [InlineData("{{server}}?wait=true", "hooks/ab12/", "/hooks/ab12/?wait=true")]
    [InlineData("{{server}}?wait=true", "hooks?k=1", "/hooks?k=1&wait=true")]
    [InlineData("{{server}}/send", "api/", "/api/send")]
    [InlineData("{{server}}/send", "api", "/api/send")]
    [InlineData("{{server}}/bot{{ token }}/send", "api/", "/api/bot1:AbCdEf/send")]
    public async Task An_address_of_the_settings_is_called_as_it_is_written(string url, string address, string target)
    {
        var kind = _place.Define($$$"""
            {
              "about": "a", "url": "{{{url}}}", "json": {},
              "values": {"server": {"about": "s", "form": "secret-address"}, "token": {"about": "t", "form": "secret", "optional": true}}
            }
            """);
        var server = Values.Secret(new Uri(_service.Endpoint, $"/{address}"));
        var channel = _place.Channel(("main", Values.Of(kind, ("server", server), ("token", Values.Secret("1:AbCdEf")))));

        Assert.Equal("", (await _place.TryAsync(channel, "post://main", new { text = "t" })).Reason);

        Assert.Equal(target, (await _service.NextAsync(PostPlace.TestEnd)).Target);
    }

    /// <summary>The error pages of frameworks show the whole request.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task A_service_that_repeats_the_request_shows_no_secret(bool isJson, bool escapesSlashes)
    {
        const string Password = "pass/word?&<1>";
        const string Path = "services/T0FAKE000/B0FAKE000/fakeFAKEfakeFAKEfake";
        _service.Script(request =>
        {
            var headers = request.Headers.Select(header => $"{header.Key}: {header.Value}");
            var all = $"{request.Target}\n{string.Join('\n', headers)}\n{Password}";
            if (isJson)
                all = System.Text.Json.JsonSerializer.Serialize(all);
            return new Reply.Status(400, escapesSlashes ? all.Replace("/", "\\/", StringComparison.Ordinal) : all);
        });
        var kind = _place.Define("""
            {
              "about": "a", "url": "{{server}}", "json": {}, "basic": {"user": "ann", "password": "{{password}}"},
              "values": {"server": {"about": "s", "form": "secret-address"}, "password": {"about": "p", "form": "secret"}}
            }
            """);
        var server = Values.Secret(new Uri(_service.Endpoint, $"/{Path}"));
        var channel = _place.Channel(("main", Values.Of(kind, ("server", server), ("password", Values.Secret(Password)))));

        var result = await _place.TryAsync(channel, "post://main", new { text = "t" });

        var request = await _service.NextAsync(PostPlace.TestEnd);
        var basic = request.Header("authorization")!["Basic ".Length..];
        Assert.Contains("***", result.Answer, StringComparison.Ordinal);
        var told = (result.Answer + result.Reason).Replace("\\/", "/", StringComparison.Ordinal);
        Assert.All(
            [basic, Password, Path, "fakeFAKEfakeFAKEfake", System.Text.Encodings.Web.JavaScriptEncoder.Default.Encode(Password)],
            secret => Assert.DoesNotContain(secret, told, StringComparison.Ordinal));
    }

    private Task<AttemptResult> TryAsync(PostChannel channel, string to) => _place.TryAsync(channel, "post://main", new { text = "t", to });

    private PostProviderOptions Service(string definition) => Values.Of(
        _place.Define(definition), ("server", Values.Text(new Uri(_service.Endpoint, "/").ToString())));
}
