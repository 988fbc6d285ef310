using System.Globalization;
using System.Text.Json.Nodes;

namespace Herald.LocalServers.Posts;

/// <summary>
/// Slack's method <c>chat.postMessage</c>, from its reference page (arguments, errors; a text of more than 40,000 characters can be cut
/// without an error), and from the pages "Using the Slack Web API" (JSON bodies, bearer tokens, <c>ok</c>), "Rate limits" (429, the header
/// in seconds) and "Formatting message text" (escapes).
/// </summary>
public sealed class FakeSlack : FakeProvider
{
    public const string Token = "xoxb-fake-token-of-a-bot", Channel = "C0FAKE0001";
    private const int LongestText = 40_000;

    /// <summary>The address of the method.</summary>
    public Uri Method => new(Address, "/api/chat.postMessage");

    /// <summary>Slack's errors come with 200.</summary>
    public static ProviderAnswer Error(string error) => new(200, new JsonObject { ["ok"] = false, ["error"] = error }.ToJsonString());

    protected override ProviderAnswer Judge(ProviderCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (call.Method != "POST" || call.Path != "/api/chat.postMessage")
            return Error("unknown_method");
        if (call.Header("authorization") is not { } authorization)
            return Error("not_authed");
        if (authorization != $"Bearer {Token}")
            return BadToken;
        if (!call.IsJson)
            return Error("invalid_post_type");
        if (call.Json is not { } json)
            return Error("invalid_json");
        if ((string?)json["channel"] is not Channel)
            return BadRecipient;
        if ((string?)json["text"] is not { Length: > 0 } text)
            return Error("no_text");
        if (text.Length > LongestText)
            text = text[..LongestText];
        // Only what a person sees counts: a mention or a link that the sender did not write would be a part that cannot be shown.
        Accept(new(Channel, SlackText.Show(text)));
        var number = Answered.ToString("000000", CultureInfo.InvariantCulture);
        return new(200, new JsonObject
        {
            ["ok"] = true,
            ["channel"] = Channel,
            ["ts"] = $"1503435956.{number}",
            ["message"] = new JsonObject { ["text"] = text, ["type"] = "message", ["subtype"] = "bot_message" },
        }.ToJsonString());
    }

    protected override ProviderAnswer Throttled(int wait) => Error("ratelimited") with { Status = 429 };

    protected override ProviderAnswer BadRecipient => Error("channel_not_found");

    protected override ProviderAnswer BadToken => Error("invalid_auth");
}
