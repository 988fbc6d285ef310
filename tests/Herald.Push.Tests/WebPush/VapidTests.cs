using System.Text;
using Herald.LocalServers.Push;
using Herald.Push.WebPush;
using Herald.TestKit.Time;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Push.Tests.WebPush;

public sealed class VapidTests : IDisposable
{
    private const string Subject = "mailto:admin@example.com";

    private static readonly Uri Push = new("https://push.example.net/push/1");

    private readonly TestFolder _folder = new();
    private readonly ManualClock _clock = new();
    private readonly VapidKeys _keys = VapidKeys.Draw();

    public void Dispose()
    {
        _keys.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("https://push.example.net/push/1", "https://push.example.net")]
    [InlineData("https://push.example.net:443/push/1", "https://push.example.net")]
    [InlineData("https://push.example.net:8443/push/1", "https://push.example.net:8443")]
    [InlineData("http://127.0.0.1:8080/x", "http://127.0.0.1:8080")]
    [InlineData("https://[2001:db8::1]:8443/x", "https://[2001:db8::1]:8443")]
    [InlineData("https://pusch.exämple.net/x", "https://pusch.xn--exmple-cua.net")]
    public void The_audience_is_the_origin_with_a_port_that_is_not_the_usual_one(string endpoint, string audience)
    {
        var token = Token(Tokens().For(new(endpoint)));

        Assert.Equal(audience, (string?)token.Claims["aud"]);
        Assert.Equal(Subject, (string?)token.Claims["sub"]);
        Assert.Equal("ES256", (string?)token.Header["alg"]);
        Assert.True(token.IsSignedBy(_keys.Key));
    }

    [Fact]
    public void A_token_is_used_for_hours_and_each_service_has_its_own()
    {
        var tokens = Tokens();
        var first = tokens.For(Push);
        _clock.Advance(TimeSpan.FromHours(5));
        Assert.Equal(first, tokens.For(new("https://push.example.net/push/2")));
        Assert.NotEqual(first, tokens.For(new("https://other.example.net/push/2")));

        _clock.Advance(TimeSpan.FromHours(1));
        var second = Token(tokens.For(Push));
        Assert.Equal(TimeSpan.FromHours(12), second.Time("exp") - _clock.GetUtcNow());
    }

    [Fact]
    public void A_clock_that_was_set_forward_makes_a_new_token()
    {
        var tokens = Tokens();
        tokens.For(Push);
        _clock.Set(TimeSpan.FromHours(13));

        Assert.True(Token(tokens.For(Push)).Time("exp") > _clock.GetUtcNow());
    }

    [Fact]
    public void Thousands_of_services_are_no_trouble()
    {
        var tokens = Tokens();
        for (var i = 0; i < 2500; i++)
            Assert.StartsWith("vapid t=", tokens.For(new($"https://push-{i}.example.net/")), StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_are_read_as_they_were_printed_and_in_PEM()
    {
        using var json = VapidKeys.Read(Encoding.UTF8.GetBytes(Services.WebPushRig.FileOf(_keys)));
        Assert.Equal((_keys.PublicText, _keys.PrivateText), (json.PublicText, json.PrivateText));
        using var pem = VapidKeys.Read(Encoding.UTF8.GetBytes(_keys.Key.ExportPkcs8PrivateKeyPem()));
        Assert.Equal(_keys.PublicText, pem.PublicText);
        using var old = VapidKeys.Read(Encoding.UTF8.GetBytes(_keys.Key.ExportECPrivateKeyPem()));
        Assert.Equal(_keys.PublicText, old.PublicText);
    }

    [Theory]
    [InlineData("nothing", "It must contain what 'herald push keys' prints")]
    [InlineData("[]", "It must contain what 'herald push keys' prints")]
    [InlineData("{}", "privateKey must be a number of P-256")]
    [InlineData("{\"privateKey\": \"AAAA\"}", "privateKey must be a number of P-256")]
    [InlineData("{\"privateKey\": \"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}", "privateKey must be a number of P-256")]
    [InlineData("{\"publicKey\": \"A\", \"privateKey\": \"q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94\"}", "publicKey does not belong")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "It must contain one private key of the curve P-256")]
    public void What_is_no_key_is_refused_with_the_reason(string content, string told)
    {
        var failure = Assert.Throws<InvalidDataException>(() => VapidKeys.Read(Encoding.UTF8.GetBytes(content)));
        Assert.Contains(told, failure.Message, StringComparison.Ordinal);
    }

    private VapidTokens Tokens()
    {
        var file = _folder.Write("vapid.json", Services.WebPushRig.FileOf(_keys));
        return new(new("webpush.providers.main.keyFile", file, VapidKeys.Read, _clock, NullLogger.Instance), Subject, _clock);
    }

    private static SignedToken Token(string header) => SignedToken.Read(header["vapid t=".Length..].Split(',')[0])!;
}
