using Herald.LocalServers.Push;
using Herald.Push.WebPush;

namespace Herald.Push.Tests.WebPush;

public sealed class BrowserSubscriptionTests
{
    private const string Key = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    private const string Secret = "BTBZMqHH6r4Tts7J_aSIgg";

    [Fact]
    public void What_a_browser_gives_is_read()
    {
        using var browser = new FakeBrowser(new Uri("https://push.example.net/p"), "");

        Assert.True(BrowserSubscriptionReader.TryRead(browser.Subscription.ToJsonString(), out var read, out var problem), problem);
        Assert.Equal(browser.Endpoint, read.Endpoint);
        Assert.Null(read.ExpiresAt);
    }

    [Theory]
    [InlineData("""{"endpoint": "https://push.example.net/p", "keys": {"p256dh": "KEY", "auth": "SECRET"}, "unknown": 1}""")]
    [InlineData("""{"endpoint": "https://p.example:8443/?q=1", "expirationTime": 1.9e12, "keys": {"p256dh": "KEY", "auth": "SECRET=="}}""")]
    [InlineData("""{"endpoint": "http://127.0.0.1:1/p", "keys": {"p256dh": "KEY", "auth": "SECRET"}}""")]
    public void Other_forms_are_read_too(string text) => Assert.Null(BrowserSubscriptionReader.Refuse(Fill(text)));

    [Theory]
    [InlineData("", "It is no JSON.")]
    [InlineData("null", "It is no JSON object.")]
    [InlineData("[]", "It is no JSON object.")]
    [InlineData("{\"endpoint\"", "It is no JSON.")]
    [InlineData("{}", "endpoint is missing or no text.")]
    [InlineData("""{"endpoint": 1}""", "endpoint is missing or no text.")]
    [InlineData("""{"endpoint": "push"}""", "endpoint is not an https:// address")]
    [InlineData("""{"endpoint": "http://push.example.net/"}""", "endpoint is not an https:// address")]
    [InlineData("""{"endpoint": "https://user:word@push.example.net/"}""", "endpoint is not an https:// address")]
    [InlineData("""{"endpoint": "file:///etc/passwd"}""", "endpoint is not an https:// address")]
    [InlineData("""{"endpoint": "https://p.org/"}""", "keys is missing or no object.")]
    [InlineData("""{"endpoint": "https://p.org/", "keys": []}""", "keys is missing or no object.")]
    [InlineData("""{"endpoint": "https://p.org/", "keys": {"auth": "SECRET"}}""", "keys.p256dh must be")]
    [InlineData("""{"endpoint": "https://p.org/", "keys": {"p256dh": "AAAA", "auth": "SECRET"}}""", "keys.p256dh must be")]
    [InlineData("""{"endpoint": "https://p.org/", "keys": {"p256dh": "??", "auth": "SECRET"}}""", "keys.p256dh must be")]
    [InlineData("""{"endpoint": "https://p.org/", "keys": {"p256dh": "OFF", "auth": "SECRET"}}""", "keys.p256dh is not a point")]
    [InlineData("""{"endpoint": "https://p.org/", "keys": {"p256dh": "KEY"}}""", "keys.auth must be 16 bytes")]
    [InlineData("""{"endpoint": "https://p.org/", "keys": {"p256dh": "KEY", "auth": "AAAA"}}""", "keys.auth must be 16 bytes")]
    [InlineData("""{"endpoint": "https://p.org/", "expirationTime": "x", "keys": {"p256dh": "KEY", "auth": "SECRET"}}""", "expirationTime")]
    [InlineData("""{"endpoint": "https://p.org/", "expirationTime": -1, "keys": {"p256dh": "KEY", "auth": "SECRET"}}""", "expirationTime")]
    [InlineData("""{"endpoint": "https://p.org/", "keys": {"p256dh": "\ud800", "auth": "SECRET"}}""", "It has half of a UTF-16 pair.")]
    public void What_is_no_subscription_is_refused_with_the_field(string text, string told) =>
        Assert.Contains(told, BrowserSubscriptionReader.Refuse(Fill(text)), StringComparison.Ordinal);

    [Fact]
    public void Deep_and_long_texts_are_refused()
    {
        Assert.Contains("no JSON", BrowserSubscriptionReader.Refuse(new string('[', 4000)), StringComparison.Ordinal);
        Assert.Contains("at most 4096", BrowserSubscriptionReader.Refuse(new string(' ', 100_000)), StringComparison.Ordinal);
    }

    [Fact]
    public void Half_of_a_pair_in_the_text_itself_is_refused() =>
        Assert.NotNull(BrowserSubscriptionReader.Refuse("{\"endpoint\": \"\ud800\"}"));

    private static string Fill(string text) => text
        .Replace("KEY", Key, StringComparison.Ordinal)
        .Replace("SECRET", Secret, StringComparison.Ordinal)
        .Replace("OFF", Key[..^2] + "AA", StringComparison.Ordinal);
}
