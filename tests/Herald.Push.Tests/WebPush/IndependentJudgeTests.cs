using System.Buffers.Text;
using Herald.Engine.Channels;
using Herald.LocalServers.Push;
using Herald.Push.Tests.Services;
using Herald.Push.WebPush;
using Herald.TestKit.Time;

namespace Herald.Push.Tests.WebPush;

/// <summary>npm's web-push and http_ece judge what Herald sends, and the fake service that judges Herald is judged by them.</summary>
public sealed class IndependentJudgeTests : IClassFixture<Judge>
{
    private readonly Judge _judge;

    public IndependentJudgeTests(Judge judge)
    {
        _judge = judge;
        if (judge.Missing is { } missing)
            Assert.Skip(missing);
    }

    [Fact]
    public async Task It_decrypts_what_Herald_encrypts()
    {
        const string Private = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94";
        const string Public = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
        var secret = Base64Url.DecodeFromChars("BTBZMqHH6r4Tts7J_aSIgg");
        using var browser = new FakeBrowser(new("https://push.example.net/p"), "", FakeBrowser.KeyOf(Private, Public), secret);
        Assert.True(BrowserSubscriptionReader.TryRead(browser.Subscription.ToJsonString(), out var subscription, out _));

        foreach (var text in (string[])["a", "Grüße \u202e ✓ \"", new string('x', WebPushEncryption.MostContentBytes)])
        {
            var answer = await _judge.AskAsync(new()
            {
                ["do"] = "decrypt",
                ["body"] = Base64Url.EncodeToString(WebPushEncryption.Encrypt(subscription, System.Text.Encoding.UTF8.GetBytes(text))),
                ["privateKey"] = Private,
                ["publicKey"] = Public,
                ["auth"] = Base64Url.EncodeToString(secret),
            });
            Assert.Equal(text, (string?)answer["text"]);
        }
    }

    [Fact]
    public async Task Its_messages_are_taken_by_the_fake_service()
    {
        // It signs with the machine's clock.
        await using var service = await FakePushService.StartAsync(new FakeWebPush(TimeProvider.System));
        using var keys = VapidKeys.Draw();
        var browser = service.Subscribe(keys.PublicText);

        var answer = await _judge.AskAsync(new()
        {
            ["do"] = "send",
            ["subscription"] = browser.Subscription,
            ["publicKey"] = keys.PublicText,
            ["privateKey"] = keys.PrivateText,
            ["text"] = "from elsewhere ✓",
        });

        Assert.Equal(201, (int?)answer["status"]);
        Assert.Equal("from elsewhere ✓", Assert.Single(service.Accepted).Content);
    }

    [Fact]
    public async Task It_takes_the_keys_that_Herald_draws_and_verifies_the_tokens_that_Herald_signs()
    {
        await using var rig = await WebPushRig.StartAsync(new ManualClock(TimeProvider.System.GetUtcNow()));
        var keys = await _judge.AskAsync(new()
        {
            ["do"] = "keys",
            ["publicKey"] = rig.Keys.PublicText,
            ["privateKey"] = rig.Keys.PrivateText,
        });
        Assert.True((bool?)keys["ok"], keys.ToJsonString());

        Assert.Equal(AttemptOutcome.Delivered, (await rig.TryAsync(rig.Payload("a"))).Outcome);
        var header = (await rig.NextAsync()).Header("authorization")!;
        var token = header["vapid t=".Length..].Split(", k=");
        var verified = await _judge.AskAsync(new() { ["do"] = "verify", ["token"] = token[0], ["publicKey"] = token[1] });

        Assert.Equal(rig.Fake.Address.GetLeftPart(UriPartial.Authority), (string?)verified["claims"]?["aud"]);
        Assert.Equal("mailto:admin@example.com", (string?)verified["claims"]!["sub"]);
    }
}
