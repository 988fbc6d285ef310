using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Herald.LocalServers.Posts;

/// <summary>
/// An ntfy server, from its page "Publishing": "Publish as JSON" (fields), "Authentication", and "Limitations" (4,096 bytes; a longer text
/// arrives as a file; 429, whose answers have no <c>Retry-After</c> of their own). Numbers and words of errors are those of the server's
/// file errors.go.
/// </summary>
public sealed partial class FakeNtfy : FakeProvider
{
    public const string Token = "tk_fakefakefakefakefakefakefake", Topic = "operations";
    private const int LargestMessage = 4096;

    public static ProviderAnswer Error(int http, int code, string error) => new(http, new JsonObject
    {
        ["code"] = code,
        ["http"] = http,
        ["error"] = error,
        ["link"] = "https://ntfy.sh/docs/publish",
    }.ToJsonString());

    protected override ProviderAnswer Judge(ProviderCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (call.Method is not ("POST" or "PUT") || call.Path != "/")
            return Error(404, 40401, "page not found");
        if (call.Header("authorization") is { } authorization && authorization != $"Bearer {Token}")
            return BadToken;
        if (call.Json is not { } json)
            return Error(400, 40024, "invalid request: request body must be valid JSON");
        if ((string?)json["topic"] is not { } topic || !TopicForm().IsMatch(topic))
            return Error(400, 40009, "invalid request: topic invalid");
        if (topic != Topic)
            return BadRecipient;
        var message = (string?)json["message"] ?? "";
        var title = (string?)json["title"];
        if (System.Text.Encoding.UTF8.GetByteCount(message) > LargestMessage)
            message = "[file attachment.txt]";
        Accept(new(topic, (bool?)json["markdown"] == true ? $"[markdown]{message}" : message, title));
        return new(200, new JsonObject
        {
            ["id"] = $"fake{Answered}",
            ["time"] = 1635528757,
            ["event"] = "message",
            ["topic"] = topic,
            ["message"] = message,
        }.ToJsonString());
    }

    protected override ProviderAnswer Throttled(int wait) => Error(429, 42901, "limit reached: too many requests, please be nice");

    protected override ProviderAnswer BadRecipient => Error(403, 40301, "forbidden");

    protected override ProviderAnswer BadToken => Error(401, 40101, "unauthorized");

    [GeneratedRegex("^[-_A-Za-z0-9]{1,64}$")]
    private static partial Regex TopicForm();
}
