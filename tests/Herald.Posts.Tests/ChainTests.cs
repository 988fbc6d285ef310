using Herald.Engine.Channels;
using Herald.LocalServers.Posts;
using Herald.TestKit.Receivers;
using Herald.TestKit.Time;

namespace Herald.Posts.Tests;

/// <summary>A provider with a next one: people get a post once, if it can be known.</summary>
public sealed class ChainTests : IAsyncLifetime
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    private readonly PostPlace _place = new();
    private readonly ScriptedReceiver _first = new();
    private FakeProvider _backup = null!;
    private PostChannel _channel = null!;

    public async ValueTask InitializeAsync()
    {
        _backup = await FakeProvider.StartAsync(new FakeDiscord(), PostPlace.TestEnd);
        var first = Values.Of(
            "pagerduty", ("routing-key", Values.Secret(FakePagerDuty.RoutingKey)),
            ("server", Values.Text(new Uri(_first.Endpoint, "/").ToString())));
        _channel = _place.Channel(("main", first with { Then = "backup" }), ("backup", PresetCase.Of("discord").Options(_backup)));
    }

    public async ValueTask DisposeAsync()
    {
        await _backup.DisposeAsync();
        await _first.DisposeAsync();
        await _place.DisposeAsync();
    }

    [Fact]
    public async Task A_service_that_may_have_the_post_gets_all_the_time()
    {
        _first.Script(new Reply.Hang());

        var attempt = TryAsync("silence");
        await _first.NextAsync(PostPlace.TestEnd);
        _place.Clock.Advance(Timeout - TimeSpan.FromTicks(1));
        Assert.False(attempt.IsCompleted);
        _place.Clock.Advance(TimeSpan.FromTicks(1));

        var result = await attempt;
        Assert.Equal((AttemptOutcome.Failed, AttemptStage.Wait), (result.Outcome, result.Stage));
        Assert.StartsWith("main: no ", result.Reason, StringComparison.Ordinal);
        Assert.EndsWith(" within 20s", result.Reason, StringComparison.Ordinal);
        Assert.Empty(_backup.Accepted);
    }

    [Fact]
    public async Task A_slow_answer_is_an_answer_although_its_provider_has_a_next_one()
    {
        using var bytes = new SemaphoreSlim(0);
        _first.Script(new Reply.Drip([.. "HTTP/1.1 202 Taken\r\nContent-Length: 0\r\n\r\n"u8], bytes));

        var attempt = TryAsync("slow");
        await _first.NextAsync(PostPlace.TestEnd);
        _place.Clock.Advance(TimeSpan.FromSeconds(12));
        Assert.False(attempt.IsCompleted);
        bytes.Release(1000);

        Assert.Equal("", (await attempt).Reason);
        Assert.Empty(_backup.Accepted);
        Assert.False(_first.Received.TryRead(out _));
    }

    /// <summary>The status has come, and says that the post was taken. A body that never ends does not take it back.</summary>
    [Fact]
    public async Task A_body_that_never_ends_costs_two_seconds_where_the_status_decides()
    {
        _first.Script(new Reply.Raw("HTTP/1.1 202 Taken\r\nContent-Length: 100\r\n\r\n{", closeAfter: false));

        var began = _place.Clock.GetUtcNow();
        var attempt = TryAsync("endless");
        await Until.HoldsAsync(() => _place.Clock.NextDue == began + Outbound.SendRules.BodyPatience, "the status has come");
        _place.Clock.Advance(Outbound.SendRules.BodyPatience);

        Assert.Equal((AttemptOutcome.Delivered, ""), ((await attempt).Outcome, (await attempt).Reason));
        await _first.NextAsync(PostPlace.TestEnd);
        Assert.False(_first.Received.TryRead(out _));
        Assert.Empty(_backup.Accepted);
    }

    [Fact]
    public async Task What_has_come_of_a_body_that_decides_counts()
    {
        // The word 'invalid key' means that no post would be taken, and it has arrived.
        _first.Script(new Reply.Raw("HTTP/1.1 400 Bad\r\nContent-Length: 100\r\n\r\n{\"status\": \"invalid key\", "));

        Assert.Equal("", (await TryAsync("half")).Reason);

        Assert.Equal("half", Assert.Single(_backup.Accepted).Text);
    }

    /// <summary>The service has read the post, is restarted, and refuses connections meanwhile.</summary>
    [Fact]
    public async Task A_post_that_could_not_be_sent_again_may_have_arrived_so_no_other_provider_gets_it()
    {
        var requests = 0;
        _first.Script(_ =>
        {
            if (++requests == 1)
                return new Reply.Status(202, "{}");
            _first.StopListening();
            return new Reply.Close();
        });
        Assert.Equal("", (await TryAsync("one")).Reason);

        var second = await TryAsync("two", "same");
        Assert.Equal((AttemptOutcome.Failed, AttemptStage.Wait), (second.Outcome, second.Stage));
        Assert.Contains("could not be sent again", second.Reason, StringComparison.Ordinal);
        var repeat = await TryAsync("two", "same");

        Assert.Equal(AttemptOutcome.Failed, repeat.Outcome);
        Assert.Empty(_backup.Accepted);
        // Another message has certainly not been sent.
        Assert.Equal(AttemptOutcome.Delivered, (await TryAsync("three")).Outcome);
        Assert.Equal("three", Assert.Single(_backup.Accepted).Text);
    }

    /// <summary>The operator's own bound is no trouble of the service, and must not send half of the posts to a dearer one.</summary>
    [Fact]
    public async Task A_post_that_gets_no_connection_in_time_is_not_tried_and_no_other_provider_gets_it()
    {
        _first.Script(new Reply.Hang());
        var one = Values.Of(
            "pagerduty", ("routing-key", Values.Secret(FakePagerDuty.RoutingKey)),
            ("server", Values.Text(new Uri(_first.Endpoint, "/").ToString())));
        _channel = _place.Channel(
            ("main", one with { Then = "backup", Connections = 1 }), ("backup", PresetCase.Of("discord").Options(_backup)));
        var silent = TryAsync("one");
        await _first.NextAsync(PostPlace.TestEnd);

        var waits = TryAsync("two");
        // A half of its share of 10 s is for the wait.
        _place.Clock.Advance(TimeSpan.FromSeconds(5));

        var result = await waits;
        Assert.NotNull(result.NotTriedFor);
        Assert.Contains("no free connection within 5s; posts.providers.main.connections allows 1", result.Reason, StringComparison.Ordinal);
        Assert.False(result.EndpointTroubled);
        _place.Clock.Advance(Timeout);
        await silent;
        Assert.Empty(_backup.Accepted);
        Assert.False(_first.Received.TryRead(out _));
    }

    private Task<AttemptResult> TryAsync(string text, string? messageId = null) =>
        _place.TryAsync(_channel, "post://main", new { text }, Timeout, messageId: messageId);
}
