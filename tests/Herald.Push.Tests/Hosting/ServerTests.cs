using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Herald.Hosting;
using Herald.Journal;
using Herald.Journal.Hosting;
using Herald.LocalServers.Push;
using Herald.Outbound.Hosting;
using Herald.Push.Fcm;
using Herald.Push.Hosting;
using Herald.Push.WebPush;
using Herald.Server;
using Herald.TestKit.Time;

namespace Herald.Push.Tests.Hosting;

/// <summary>The whole server, from a published event to a device.</summary>
public sealed class ServerTests : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private HeraldServer? _server;
    private HttpClient? _http;

    private static CancellationToken End => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Published_messages_reach_a_browser_in_order_and_encrypted()
    {
        await using var service = await FakePushService.StartAsync(new FakeWebPush(TimeProvider.System));
        using var keys = VapidKeys.Draw();
        var browser = service.Subscribe(keys.PublicText);
        await StartAsync(webPush: new()
        {
            KeyFile = _folder.Write("vapid.json", Services.WebPushRig.FileOf(keys)),
            Subject = "mailto:admin@example.com",
        });
        await SubscribeAsync("webpush://main");
        service.WaitSeconds = null;
        service.Plan(PushPlan.Unavailable);

        for (var i = 0; i < 20; i++)
            await PublishAsync("ann", new() { ["to"] = browser.Subscription, ["text"] = $"message {i}" });

        await Until.HoldsAsync(() => service.Accepted.Count == 20, "all messages have arrived");
        var texts = service.Accepted.Select(push => (string?)JsonNode.Parse(push.Content)!["body"]);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"message {i}"), texts);
    }

    [Fact]
    public async Task A_device_that_is_gone_makes_a_dead_letter_and_others_still_get_their_messages()
    {
        await using var service = await FakePushService.StartAsync(new FakeFcm(TimeProvider.System));
        service.Devices["device-that-is-there"] = FakeFcm.Project;
        await StartAsync(fcm: new() { AccountFile = _folder.Write("account.json", service.AccountFile), Url = service.Address });
        await SubscribeAsync("fcm://main");

        await PublishAsync("ann", new() { ["to"] = "device-that-is-gone", ["text"] = "lost" });
        await PublishAsync("ben", new() { ["to"] = "device-that-is-there", ["text"] = "found" });

        await Until.HoldsAsync(() => service.Accepted.Count == 1, "the other device has its message");
        JsonNode? letters = null;
        await Until.HoldsAsync(
            async () => (letters = await GetAsync("/v1/dead-letters?subscription=phones"))["items"]!.AsArray().Count == 1,
            "there is a dead letter");
        Assert.Contains("this address is gone", letters!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("active", (string?)(await GetAsync("/v1/subscriptions/phones"))["status"]);
    }

    [Fact]
    public async Task A_key_that_cannot_be_used_is_told_at_the_start()
    {
        var fcm = new FcmProviderOptions { AccountFile = _folder.PathOf("missing.json") };
        var failure = await Assert.ThrowsAnyAsync<ServerStartException>(() => StartAsync(fcm: fcm));

        Assert.StartsWith("fcm.providers.main.accountFile: the file", failure.Message, StringComparison.Ordinal);
        Assert.Contains("it does not exist", failure.Message, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
        _folder.Dispose();
    }

    private async Task StartAsync(WebPushProviderOptions? webPush = null, FcmProviderOptions? fcm = null)
    {
        var modules = new ModuleSet(new JournalModule(), new OutboundModule(), new PushModule());
        var options = modules.Settings.CreateDefaults()
            .With<ServerOptions>(own => own with { Listen = ["127.0.0.1:0"], DataDirectory = _folder.PathOf("data") })
            .With<JournalOptions>(journal => journal with { MinFreeBytes = 0 })
            .With<WebPushOptions>(own => own with { Providers = Providers(webPush) })
            .With<FcmOptions>(own => own with { Providers = Providers(fcm) });
        _server = await HeraldServer.StartAsync(new() { Modules = modules, Options = options }, End);
        _http = new() { BaseAddress = _server.Address };
    }

    private static Dictionary<string, T> Providers<T>(T? main)
        where T : class => main is null ? [] : new() { ["main"] = main };

    private async Task SubscribeAsync(string endpoint)
    {
        using var topic = await _http!.PutAsync(new Uri("/v1/topics/messages", UriKind.Relative), null, End);
        Assert.True(topic.IsSuccessStatusCode, await topic.Content.ReadAsStringAsync(End));
        using var answer = await _http!.PutAsJsonAsync("/v1/subscriptions/phones", new { topic = "messages", endpoint }, End);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(End));
    }

    private async Task PublishAsync(string key, JsonObject payload)
    {
        var body = new JsonObject { ["key"] = key, ["payload"] = payload };
        using var answer = await _http!.PostAsync(
            new Uri("/v1/topics/messages/events", UriKind.Relative), new StringContent(body.ToJsonString(), null, "application/json"), End);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(End));
    }

    private async Task<JsonNode> GetAsync(string path) =>
        JsonNode.Parse(await _http!.GetStringAsync(new Uri(path, UriKind.Relative), End))!;
}
