using System.Text.Json;
using Herald.LocalServers.Posts;
using Herald.TestKit.Node;

namespace Herald.Posts.Tests;

/// <summary>Slack's own client sends to the fake of incoming webhooks, and understands its answers: so the fake is as Slack is.</summary>
public sealed class IndependentClientTests : IAsyncLifetime
{
    private NodeScript? _client;

    public async ValueTask InitializeAsync()
    {
        try
        {
            _client = await NodeScript.StartAsync("judge", "send.mjs");
        }
        catch (NodeMissingException e)
        {
            var missing = $"THE FAKE OF SLACK WAS NOT JUDGED by Slack's own client: {e.Message}";
            if (Environment.GetEnvironmentVariable("CI") is { Length: > 0 })
                throw new InvalidOperationException(missing, e);
            Assert.Skip(missing);
        }
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_client is not null)
            await _client.DisposeAsync();
    }

    [Fact]
    public async Task It_takes_what_the_client_sends_and_the_client_understands_its_errors()
    {
        await using var fake = await FakeProvider.StartAsync(new FakeSlackWebhook(), PostPlace.TestEnd);

        var ok = await SendAsync(fake.Webhook, "a &amp; \"b\" – 漢字 🎈\n&lt;!channel&gt;");
        Assert.Equal("ok", ok.GetProperty("text").GetString());
        Assert.Equal("a & \"b\" – 漢字 🎈\n<!channel>", Assert.Single(fake.Accepted).Text);

        Assert.Equal((400, "no_text"), Error(await SendAsync(fake.Webhook, "")));
        Assert.Equal((403, "invalid_token"), Error(await SendAsync(new(fake.Address, "/services/T0/B0/wrong"), "a")));
        fake.Plan(PlannedAnswer.Throttled, PlannedAnswer.BadRecipient);
        Assert.Equal(429, Error(await SendAsync(fake.Webhook, "a")).Status);
        Assert.Equal((404, "channel_not_found"), Error(await SendAsync(fake.Webhook, "a")));
        fake.Plan(PlannedAnswer.Half);
        Assert.Equal("slack_webhook_request_error", (await SendAsync(fake.Webhook, "a")).GetProperty("code").GetString());
    }

    [Fact]
    public async Task Herald_and_the_client_show_the_same_text()
    {
        await using var place = new PostPlace();
        await using var fake = await FakeProvider.StartAsync(new FakeSlackWebhook(), PostPlace.TestEnd);
        var channel = place.Channel(("main", PresetCase.Of("slack-webhook").Options(fake)));
        await place.TryAsync(channel, "post://main", new { text = "1 < 2 & 3 > 2" });
        await SendAsync(fake.Webhook, "1 &lt; 2 &amp; 3 &gt; 2");
        Assert.Equal(2, fake.Accepted.Count);
        Assert.Single(fake.Accepted.Distinct());
    }

    private async Task<JsonElement> SendAsync(Uri webhook, string text)
    {
        await _client!.WriteLineAsync(JsonSerializer.Serialize(new { url = webhook, text }));
        return JsonDocument.Parse(await _client.ReadLineAsync(PostPlace.TestEnd)).RootElement;
    }

    private static (int Status, string? Body) Error(JsonElement answer) =>
        (answer.GetProperty("status").GetInt32(), answer.GetProperty("body").GetString());
}
