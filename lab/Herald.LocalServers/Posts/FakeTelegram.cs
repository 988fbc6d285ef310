using System.Text.Json.Nodes;

namespace Herald.LocalServers.Posts;

/// <summary>
/// Telegram's method <c>sendMessage</c>, from the Bot API: "Making requests" (answers, <c>ok</c>), "sendMessage" (fields, 4,096
/// characters), "ResponseParameters" (<c>retry_after</c>, in seconds), and from the bots' FAQ (429). Characters are those of Unicode: 4,096
/// emojis are taken, although they are 8,192 units of UTF-16.
/// </summary>
public sealed class FakeTelegram : FakeProvider
{
    public const string Token = "110201543:AAfakeFAKEfakeFAKE", Chat = "@operations";
    private const int LongestText = 4096;

    public static ProviderAnswer Error(int code, string description, JsonObject? parameters = null)
    {
        var answer = new JsonObject { ["ok"] = false, ["error_code"] = code, ["description"] = description };
        if (parameters is not null)
            answer["parameters"] = parameters;
        return new(code, answer.ToJsonString());
    }

    protected override ProviderAnswer Judge(ProviderCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (call.Path != $"/bot{Token}/sendMessage")
            return call.Path.StartsWith("/bot", StringComparison.Ordinal) ? BadToken : Error(404, "Not Found");
        if (!call.IsJson || call.Json is not { } json)
            return Error(400, "Bad Request: can't parse JSON object");
        if ((string?)json["chat_id"] is not Chat)
            return BadRecipient;
        if ((string?)json["text"] is not { Length: > 0 } text || text.Trim().Length == 0)
            return Error(400, "Bad Request: message text is empty");
        if (text.EnumerateRunes().Count() > LongestText)
            return Error(400, "Bad Request: message is too long");
        Accept(new(Chat, (string?)json["parse_mode"] is { } mode ? $"[{mode}]{text}" : text));
        return new(200, new JsonObject
        {
            ["ok"] = true,
            ["result"] = new JsonObject { ["message_id"] = Answered, ["date"] = 1635528757, ["text"] = text },
        }.ToJsonString());
    }

    protected override ProviderAnswer Throttled(int wait) =>
        Error(429, $"Too Many Requests: retry after {wait}", new() { ["retry_after"] = wait });

    protected override ProviderAnswer BadRecipient => Error(400, "Bad Request: chat not found");

    protected override ProviderAnswer BadToken => Error(401, "Unauthorized");
}
