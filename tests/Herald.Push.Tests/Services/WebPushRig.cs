using System.Text.Json.Nodes;
using Herald.LocalServers.Push;
using Herald.Push.WebPush;
using Herald.TestKit.Time;

namespace Herald.Push.Tests.Services;

internal sealed class WebPushRig : PushRig
{
    private readonly FakeWebPush _fake;

    private WebPushRig(ManualClock clock, FakeWebPush fake, int connections) : base(clock)
    {
        _fake = fake;
        Keys = VapidKeys.Draw();
        Browser = fake.Subscribe(Keys.PublicText);
        KeyFile = File("vapid.json", FileOf(Keys));
        Build(webPush: new()
        {
            Providers = new Dictionary<string, WebPushProviderOptions> { ["main"] = Options with { Connections = connections } },
        });
    }

    public VapidKeys Keys { get; }

    public FakeBrowser Browser { get; }

    public string KeyFile { get; }

    public WebPushProviderOptions Options => new() { KeyFile = KeyFile, Subject = "mailto:admin@example.com" };

    public override FakePushService Fake => _fake;

    public FakeWebPush Service => _fake;

    public override string Scheme => "webpush";

    public override string Device => Browser.Subscription.ToJsonString();

    public override int MostText => WebPushEncryption.MostContentBytes - "{\"uuid\":\"msg_p5jXN8AQM9LWM0D4loKWxJek\",\"body\":\"\"}".Length;

    /// <summary>Where nothing listens.</summary>
    public Uri Nowhere => Refusing.Endpoint;

    public override Uri Unreachable
    {
        get
        {
            var subscription = Browser.Subscription;
            subscription["endpoint"] = new Uri(Refusing.Endpoint, "/push/x").AbsoluteUri;
            return new($"webpush://main/{Uri.EscapeDataString(subscription.ToJsonString())}");
        }
    }

    public static async Task<WebPushRig> StartAsync(ManualClock? clock = null, int connections = 100)
    {
        clock ??= new();
        return new(clock, await FakePushService.StartAsync(new FakeWebPush(clock)), connections);
    }

    public static string FileOf(VapidKeys keys) =>
        new JsonObject { ["publicKey"] = keys.PublicText, ["privateKey"] = keys.PrivateText }.ToJsonString();

    public override JsonNode ContentOf(PushCall call) => JsonNode.Parse(Browser.Decrypt(call.Body))!;

    public override (string Id, string? Title, string Text, JsonObject? Data) Parts(JsonNode content) =>
        ((string)content["uuid"]!, (string?)content["title"], (string)content["body"]!, content["data"] as JsonObject);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Keys.Dispose();
    }
}
