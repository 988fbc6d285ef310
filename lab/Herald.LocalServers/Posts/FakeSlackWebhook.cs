namespace Herald.LocalServers.Posts;

/// <summary>
/// A Slack incoming webhook, from the page "Sending messages using incoming webhooks" (form, answers in plain text), the changelog
/// "Improving error conditions for Incoming Webhooks" (400, 403, 404, 410 and 500 with their words) and the page "Rate limits" (429).
/// </summary>
public sealed class FakeSlackWebhook : FakeProvider
{
    public const string Secret = "/services/T0FAKE000/B0FAKE000/fakeFAKEfakeFAKE";

    private const int LongestText = 40_000;

    /// <summary>The whole address, which is a secret.</summary>
    public Uri Webhook => new(Address, Secret);

    /// <summary>Errors are one word in plain text.</summary>
    public static ProviderAnswer Error(int status, string error) => new(status, error, "text/html");

    protected override ProviderAnswer Judge(ProviderCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (call.Path != Secret)
            return BadToken;
        if (call.Method != "POST" || !call.IsJson || call.Json is not { } json)
            return Error(400, "invalid_payload");
        if ((string?)json["text"] is not { Length: > 0 } text)
            return Error(400, "no_text");
        Accept(new("", SlackText.Show(text.Length > LongestText ? text[..LongestText] : text)));
        return new(200, "ok", "text/html");
    }

    protected override ProviderAnswer Throttled(int wait) => Error(429, "rate_limited");

    protected override ProviderAnswer BadRecipient => Error(404, "channel_not_found");

    protected override ProviderAnswer BadToken => Error(403, "invalid_token");
}
