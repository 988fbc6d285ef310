using System.Security.Cryptography;
using Herald.Hosting.Subscriptions;

namespace Herald.Webhooks.Tests;

public sealed class WebhookSecretTests
{
    [Fact]
    public void A_created_secret_survives_being_written_and_read()
    {
        using var random = RandomNumberGenerator.Create();
        var secret = WebhookSecret.Create(random);

        Assert.Equal(32, secret.Length);
        Assert.NotEqual(secret, WebhookSecret.Create(random));
        Assert.StartsWith("whsec_", WebhookSecret.Format(secret), StringComparison.Ordinal);
        Assert.Equal(secret, WebhookSecret.Parse(WebhookSecret.Format(secret)));
    }

    [Theory]
    [InlineData(24)]
    [InlineData(64)]
    public void Sizes_within_the_standard_are_taken(int bytes) =>
        Assert.Equal(bytes, WebhookSecret.Parse(WebhookSecret.Format(new byte[bytes])).Length);

    [Theory]
    [InlineData(23, "holds 23 bytes")]
    [InlineData(65, "holds 65 bytes")]
    [InlineData(0, "holds 0 bytes")]
    public void Other_sizes_are_refused(int bytes, string said) =>
        Assert.Contains(said, Assert.Throws<FormatException>(() => WebhookSecret.Parse(WebhookSecret.Format(new byte[bytes]))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "must begin with 'whsec_'")]
    [InlineData("WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "must begin with 'whsec_'")]
    [InlineData("", "must begin with 'whsec_'")]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!", "is not base64")]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", "is not base64")]
    [InlineData("whsec_MfKQ9r8GKYqrTwjU PD8ILPZIo2LaLaSw", "is not base64")]
    public void What_is_no_secret_is_refused_without_being_repeated(string text, string said)
    {
        Assert.False(WebhookSecret.TryParse(text, out _, out var error));
        Assert.Contains(said, error, StringComparison.Ordinal);
        Assert.DoesNotContain("MfKQ9r8", error, StringComparison.Ordinal);
    }
}
