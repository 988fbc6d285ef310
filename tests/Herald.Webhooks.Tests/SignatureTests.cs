using System.Security.Cryptography;
using System.Text;
using Herald.Engine.Subscriptions;
using Herald.Hosting.Subscriptions;

namespace Herald.Webhooks.Tests;

public sealed class SignatureTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1614265330);
    private static readonly byte[] Published = WebhookSecret.Parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

    [Fact]
    public void The_published_vector_holds() => Assert.Equal(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        WebhookSignature.Of(new Secrets(Published, default, null), "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", "{\"test\": 2432232314}"u8, Now));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(16 * 1024)]
    [InlineData((16 * 1024) + 1)]
    [InlineData(1_000_000)]
    public void Payloads_of_every_size_are_signed_whole(int size)
    {
        var payload = new byte[size];
        new Random(size).NextBytes(payload);
        var expected = "v1," + Convert.ToBase64String(HMACSHA256.HashData(Published, (byte[])[.. Encoding.ASCII.GetBytes("msg_1.17."), .. payload]));

        Assert.Equal(expected, WebhookSignature.Of(new Secrets(Published, default, null), "msg_1", "17", payload, Now));
    }

    [Fact]
    public void Without_a_secret_nothing_is_signed() => Assert.Null(WebhookSignature.Of(Secrets.None, "msg_1", "17", [], Now));

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, false)]
    [InlineData(1, false)]
    public void The_previous_secret_signs_as_well_until_it_ends(int millisecondsAfter, bool both)
    {
        var previous = new byte[24];
        var secrets = new Secrets(Published, previous, Now);
        var signature = WebhookSignature.Of(secrets, "msg_1", "17", "{}"u8, Now.AddMilliseconds(millisecondsAfter))!;

        var current = WebhookSignature.Of(secrets with { Previous = default }, "msg_1", "17", "{}"u8, Now);
        var old = WebhookSignature.Of(secrets with { Current = previous, Previous = default }, "msg_1", "17", "{}"u8, Now);
        Assert.Equal(both ? $"{current} {old}" : current, signature);
    }

    [Fact]
    public void A_previous_secret_without_an_end_does_not_sign() =>
        Assert.DoesNotContain(' ', WebhookSignature.Of(new Secrets(Published, new byte[24], null), "msg_1", "17", [], Now)!);
}
