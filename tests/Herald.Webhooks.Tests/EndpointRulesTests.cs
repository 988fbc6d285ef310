using Herald.Outbound;

namespace Herald.Webhooks.Tests;

public sealed class EndpointRulesTests : WebhookTest
{
    [Theory]
    [InlineData("https://hooks.example.com/a?b=c")]
    [InlineData("http://hooks.example.com:8080/")]
    [InlineData("https://93.184.215.14/")]
    [InlineData("https://[2606:4700:4700::1111]/")]
    [InlineData("https://bücher.example/")]
    public void Good_endpoints_are_taken(string endpoint) => Assert.Null(Channel(OutboundOptions.Default).Refuse(new Uri(endpoint)));

    [Theory]
    [InlineData("ftp://example.com/a", "endpoint: the scheme of 'ftp://example.com/a' is 'ftp'; use http or https")]
    [InlineData("mailto:a@example.com", "is 'mailto'; use http or https")]
    [InlineData("http://user:secret@example.com/a", "endpoint: 'http://***@example.com/a' contains credentials; remove them")]
    [InlineData("http://token@example.com/", "'http://***@example.com/' contains credentials")]
    [InlineData("https://example.com/a#b", "has a fragment ('#…'), which is never sent; remove it")]
    [InlineData("https://example.com/a#", "has a fragment ('#…'), which is never sent; remove it")]
    [InlineData("http://example.com:0/", "has port 0; use a port from 1 to 65535, or none")]
    [InlineData("http://10.1.2.3/a", "endpoint: 'http://10.1.2.3/a' is at 10.1.2.3, which is private; use a public address, or list its network in the server's setting webhooks.allowedNetworks")]
    [InlineData("http://[::1]:80/", "is at ::1, which is loopback")]
    [InlineData("http://[::ffff:169.254.169.254]/", "which is link-local")]
    [InlineData("http://2130706433/", "is at 127.0.0.1, which is loopback")]
    [InlineData("http://0177.0.0.1/", "is at 127.0.0.1, which is loopback")]
    [InlineData("http://0x7f.1/", "is at 127.0.0.1, which is loopback")]
    [InlineData("http://0xa9fea9fe/latest/meta-data", "is at 169.254.169.254, which is link-local")]
    [InlineData("http://127.1/", "is at 127.0.0.1, which is loopback")]
    [InlineData("http://127.0.0.1./", "is at 127.0.0.1, which is loopback")]
    [InlineData("http://localhost:9000/", "is at 127.0.0.1, which is loopback")]
    [InlineData("http://a.LocalHost./", "is at 127.0.0.1, which is loopback")]
    public void Bad_endpoints_are_refused_with_field_value_and_what_to_do(string endpoint, string said)
    {
        var refusal = Channel(OutboundOptions.Default).Refuse(new Uri(endpoint));

        Assert.Contains(said, refusal, StringComparison.Ordinal);
        Assert.StartsWith("endpoint: ", refusal, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refusal, StringComparison.Ordinal);
        Assert.DoesNotContain("token", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void A_relative_URL_is_refused() =>
        Assert.Contains("is not an absolute URL", Channel().Refuse(new Uri("/hook", UriKind.Relative)), StringComparison.Ordinal);

    [Theory]
    [InlineData(2048, true)]
    [InlineData(2049, false)]
    public void An_endpoint_has_at_most_2048_characters(int length, bool taken)
    {
        const string Start = "https://example.com/";
        var refusal = Channel().Refuse(new Uri(Start + new string('a', length - Start.Length)));
        Assert.Equal(taken, refusal is null);
        Assert.True(taken || (refusal!.Length < 400 && refusal.Contains("has 2049 characters; use at most 2048", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_query_may_hold_a_token_and_is_not_repeated() =>
        Assert.DoesNotContain("hush", Channel().Refuse(new Uri("http://10.0.0.1/?key=hush")), StringComparison.Ordinal);

    [Fact]
    public void With_the_guard_off_addresses_are_not_judged() =>
        Assert.Null(Channel(new OutboundOptions { Guard = false }).Refuse(new Uri("http://10.0.0.1/")));

    [Fact]
    public void An_allowed_network_is_allowed() =>
        Assert.Null(Channel(new OutboundOptions { AllowedNetworks = ["10.0.0.0/8"] }).Refuse(new Uri("http://10.0.0.1/")));
}
