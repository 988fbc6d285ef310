using System.Text.Json.Nodes;
using Herald.LocalServers.Push;
using Herald.Push.Apns;
using Herald.TestKit.Time;

namespace Herald.Push.Tests.Services;

internal sealed class ApnsRig : PushRig
{
    private readonly FakeApns _fake;

    private readonly GoawayRelay? _relay;

    private ApnsRig(ManualClock clock, FakeApns fake, GoawayRelay? relay = null) : base(clock)
    {
        (_fake, _relay) = (fake, relay);
        fake.Devices[Device] = FakeApns.Topic;
        KeyFile = File("key.p8", fake.KeyFile);
        var options = new ApnsProviderOptions
        {
            KeyFile = KeyFile,
            KeyId = FakeApns.KeyId,
            TeamId = FakeApns.TeamId,
            Topic = FakeApns.Topic,
            Url = relay?.Address ?? fake.Address,
        };
        Build(apns: new()
        {
            Providers = new Dictionary<string, ApnsProviderOptions>
            {
                ["main"] = options,
                ["second"] = options with { Connections = 5 },
                ["other"] = options with { KeyId = FakeApns.OtherKeyId, TeamId = FakeApns.OtherTeamId },
                ["down"] = options with { Url = new(Refusing.Endpoint.GetLeftPart(UriPartial.Authority)) },
            },
        });
    }

    public string KeyFile { get; }

    public override FakePushService Fake => _fake;

    public FakeApns Service => _fake;

    public override string Scheme => "apns";

    public override string Device { get; } = string.Concat(Enumerable.Repeat("00fc13adff785122", 4));

    public override int MostText =>
        ApnsMessage.MostBytes - "{\"aps\":{\"alert\":{\"body\":\"\"}},\"uuid\":\"msg_p5jXN8AQM9LWM0D4loKWxJek\"}".Length;

    public override Uri Unreachable => new($"apns://down/{Device}");

    public static async Task<ApnsRig> StartAsync(ManualClock? clock = null)
    {
        clock ??= new();
        return new(clock, await FakePushService.StartAsync(new FakeApns(clock)));
    }

    /// <summary>With a relay before the service.</summary>
    public static async Task<ApnsRig> StartAsync(Func<Uri, GoawayRelay> relay)
    {
        var clock = new ManualClock();
        var fake = await FakePushService.StartAsync(new FakeApns(clock));
        return new(clock, fake, relay(fake.Address));
    }

    public override JsonNode ContentOf(PushCall call) => JsonNode.Parse(call.Body)!;

    public override (string Id, string? Title, string Text, JsonObject? Data) Parts(JsonNode content)
    {
        var alert = content["aps"]!["alert"]!;
        return ((string)content["uuid"]!, (string?)alert["title"], (string)alert["body"]!, content["data"] as JsonObject);
    }

    public override async ValueTask DisposeAsync()
    {
        if (_relay is not null)
            await _relay.DisposeAsync();
        await base.DisposeAsync();
    }
}
