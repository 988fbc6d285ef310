using System.Text.Json.Nodes;
using Herald.LocalServers.Push;
using Herald.Push.Fcm;
using Herald.TestKit.Time;

namespace Herald.Push.Tests.Services;

internal sealed class FcmRig : PushRig
{
    private readonly FakeFcm _fake;

    private FcmRig(ManualClock clock, FakeFcm fake) : base(clock)
    {
        _fake = fake;
        fake.Devices[Device] = FakeFcm.Project;
        AccountFile = File("account.json", fake.AccountFile);
        Build(fcm: new()
        {
            Providers = new Dictionary<string, FcmProviderOptions>
            {
                ["main"] = new() { AccountFile = AccountFile, Url = fake.Address },
                ["down"] = new() { AccountFile = AccountFile, Url = new(Refusing.Endpoint.GetLeftPart(UriPartial.Authority)) },
            },
        });
    }

    public string AccountFile { get; }

    public override FakePushService Fake => _fake;

    public FakeFcm Service => _fake;

    public override string Scheme => "fcm";

    public override string Device => "device-1:APA91b_token.x";

    public override int MostText => FcmMessage.MostContentBytes - "uuidmsg_p5jXN8AQM9LWM0D4loKWxJek".Length;

    public override Uri Unreachable => new($"fcm://down/{Uri.EscapeDataString(Device)}");

    public static async Task<FcmRig> StartAsync(ManualClock? clock = null)
    {
        clock ??= new();
        return new(clock, await FakePushService.StartAsync(new FakeFcm(clock)));
    }

    public override JsonNode ContentOf(PushCall call) => JsonNode.Parse(call.Body)!["message"]!;

    public override (string Id, string? Title, string Text, JsonObject? Data) Parts(JsonNode content)
    {
        var (notification, data) = (content["notification"]!, content["data"] as JsonObject);
        return ((string)data!["uuid"]!, (string?)notification["title"], (string)notification["body"]!, data);
    }
}
