using System.Security.Cryptography;
using Herald.Engine.Subscriptions;
using Herald.Hosting.Subscriptions;
using Herald.Outbound;
using Herald.TestKit.Receivers;
using Herald.TestKit.Time;

namespace Herald.Webhooks.Tests;

/// <summary>
/// Independent implementations verify our signatures before, during and after a rotation, with the old secret and the new one.
/// </summary>
public sealed class IndependentVerifierTests : IClassFixture<Verifier>, IAsyncDisposable
{
    // The verifiers read the machine's clock and require a timestamp within five minutes.
    private readonly ManualClock _clock = new(TimeProvider.System.GetUtcNow());
    private readonly ScriptedReceiver _receiver = new();
    private readonly HttpSender _sender;
    private readonly WebhookChannel _channel;
    private readonly Verifier _verifier;
    private readonly byte[] _old = Create(), _new = Create(), _other = Create();

    public IndependentVerifierTests(Verifier verifier)
    {
        _verifier = verifier;
        _sender = new HttpSender(new OutboundOptions { Guard = false }, _clock);
        _channel = new WebhookChannel(_sender, _clock);
        if (verifier.Missing is { } missing)
            Assert.Skip(missing);
    }

    public async ValueTask DisposeAsync()
    {
        _sender.Dispose();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task A_rotation_leaves_no_moment_in_which_a_receiver_cannot_verify()
    {
        // Before the rotation there is only the old secret.
        var before = new Secrets(_old, default, null);
        await AssertVerifiedAsync(before, accepted: [_old], refused: [_new, _other]);

        // During the rotation, a receiver may have either secret.
        var rotated = new Secrets(_new, _old, _clock.GetUtcNow().AddSeconds(60));
        await AssertVerifiedAsync(rotated, accepted: [_old, _new], refused: [_other]);
        _clock.Advance(TimeSpan.FromSeconds(60) - TimeSpan.FromTicks(1));
        await AssertVerifiedAsync(rotated, accepted: [_old, _new], refused: [_other]);

        // After the rotation there is only the new secret.
        _clock.Advance(TimeSpan.FromTicks(1));
        await AssertVerifiedAsync(rotated, accepted: [_new], refused: [_old, _other]);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("\"ü – 漢字 🎈\"")]
    [InlineData("{ \"spaces\" :  1.0e0 }")]
    public async Task Payloads_are_signed_as_published(string payload) =>
        await AssertVerifiedAsync(new Secrets(_new, default, null), accepted: [_new], refused: [_old], payload);

    [Fact]
    public async Task A_payload_changed_on_the_way_is_refused()
    {
        var request = await DeliverAsync(new Secrets(_new, default, null), "{\"a\":1}");
        var judgement = await _verifier.JudgeAsync(WebhookSecret.Format(_new), request with { Body = "{\"a\":2}"u8.ToArray() });
        Assert.Equal(2, judgement.Count);
        Assert.All(judgement.Values, said => Assert.NotEqual("ok", said));
    }

    private async Task AssertVerifiedAsync(Secrets secrets, byte[][] accepted, byte[][] refused, string payload = "{\"test\": 2432232314}")
    {
        var request = await DeliverAsync(secrets, payload);
        foreach (var (secret, good) in accepted.Select(s => (s, true)).Concat(refused.Select(s => (s, false))))
        {
            var judgement = await _verifier.JudgeAsync(WebhookSecret.Format(secret), request);
            Assert.Equal(["standardwebhooks", "svix"], judgement.Keys.Order());
            Assert.All(judgement, said => Assert.Equal(good, said.Value == "ok"));
        }
    }

    private async Task<ReceivedRequest> DeliverAsync(Secrets secrets, string payload)
    {
        var sketch = new Herald.Contracts.Channels.AttemptSketch
        {
            Endpoint = _receiver.Endpoint,
            Secrets = secrets,
            Payload = System.Text.Encoding.UTF8.GetBytes(payload),
        };
        await _channel.TryAsync(sketch.ToAttempt(), TestContext.Current.CancellationToken);
        return await _receiver.NextAsync(TestContext.Current.CancellationToken);
    }

    private static byte[] Create()
    {
        using var random = RandomNumberGenerator.Create();
        return WebhookSecret.Create(random);
    }
}
