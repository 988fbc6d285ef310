using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Herald.LocalServers.Posts;

/// <summary>
/// A Discord webhook, from Discord's documentation: "Execute Webhook" (form, <c>wait</c>, 2,000 characters), "Rate Limits" (429, its header
/// in whole seconds and its <c>retry_after</c> as a fraction), and "JSON Error Codes". Discord's staff says that the API counts characters
/// of Unicode.
/// </summary>
public sealed class FakeDiscord : FakeProvider
{
    public const string Secret = "/api/webhooks/223704706495545344/fakeFAKEfakeFAKE";
    private const int LongestContent = 2000;

    /// <summary>The whole address, which is a secret.</summary>
    public Uri Webhook => new(Address, Secret);

    /// <summary>The webhook's channel is a forum. Posts need the name or the id of a thread there.</summary>
    public bool IsForum { get; set; }

    public static ProviderAnswer Error(int status, int code, string message) =>
        new(status, new JsonObject { ["message"] = message, ["code"] = code }.ToJsonString());

    protected override ProviderAnswer Judge(ProviderCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (call.Path != Secret)
            return call.Path.StartsWith(Secret[..^17], StringComparison.Ordinal) ? BadToken : BadRecipient;
        if (call.Method != "POST" || !call.IsJson || call.Json is not { } json)
            return Error(400, 50109, "The request body contains invalid JSON.");
        if ((string?)json["content"] is not { Length: > 0 } content)
            return Error(400, 50006, "Cannot send an empty message");
        if (IsForum && !call.Query.Contains("thread_id=", StringComparison.Ordinal))
            return Error(400, 220001, "Webhooks posted to forum channels must have a thread_name or thread_id");
        if (content.EnumerateRunes().Count() > LongestContent)
            return Error(400, 50035, "Invalid Form Body");
        var pings = json["allowed_mentions"]?["parse"] is not JsonArray { Count: 0 };
        Accept(new("", Show(content, pings)));
        if (!call.Query.Contains("wait=true", StringComparison.Ordinal))
            return new(204, "");
        var id = (1_100_000_000_000_000_000 + Answered).ToString(CultureInfo.InvariantCulture);
        return new(200, new JsonObject { ["id"] = id, ["type"] = 0, ["content"] = content }.ToJsonString());
    }

    protected override ProviderAnswer Throttled(int wait) => new(429, new JsonObject
    {
        ["message"] = "You are being rate limited.",
        ["retry_after"] = wait + 0.25,
        ["global"] = false,
    }.ToJsonString());

    protected override ProviderAnswer BadRecipient => Error(404, 10015, "Unknown Webhook");

    protected override ProviderAnswer BadToken => Error(401, 50027, "Invalid Webhook Token");

    /// <summary>
    /// A backslash before a punctuation mark shows the mark; without it, the mark formats the text. A link is shown as it is.
    /// </summary>
    private static string Show(string content, bool pings)
    {
        var shown = new StringBuilder();
        for (var i = 0; i < content.Length; i++)
        {
            if (content[i] == '\\' && i + 1 < content.Length && (char.IsPunctuation(content[i + 1]) || char.IsSymbol(content[i + 1])))
                shown.Append(content[++i]);
            else if (IsLink(content, i))
            {
                while (i < content.Length && !char.IsWhiteSpace(content[i]) && content[i] is not ('<' or '\\'))
                    shown.Append(content[i++]);
                i--;
            }
            else if ("*_~`|<".Contains(content[i], StringComparison.Ordinal) || (content[i] == '@' && pings))
                shown.Append(CultureInfo.InvariantCulture, $"[special {content[i]}]");
            else
                shown.Append(content[i]);
        }
        return shown.ToString();
    }

    private static bool IsLink(string content, int i) =>
        content.AsSpan(i).StartsWith("https://", StringComparison.Ordinal)
        || content.AsSpan(i).StartsWith("http://", StringComparison.Ordinal);
}
