using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Herald.LocalServers.Posts;

/// <summary>
/// An ntfy server, from https://docs.ntfy.sh/publish/#publish-as-json (fields), https://docs.ntfy.sh/publish/#authentication and
/// https://docs.ntfy.sh/publish/#limitations (4,096 bytes, 429). The numbers of errors are those of the server's file errors.go.
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
        if (System.Text.Encoding.UTF8.GetByteCount(message) > LargestMessage)
            return Error(413, 41303, "JSON body too large");
        var title = (string?)json["title"];
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

    protected override ProviderAnswer Throttled(int wait) => Error(429, 42901, "limit reached: too many requests");

    protected override ProviderAnswer BadRecipient => Error(403, 40301, "forbidden");

    protected override ProviderAnswer BadToken => Error(401, 40101, "unauthorized");

    [GeneratedRegex("^[-_A-Za-z0-9]{1,64}$")]
    private static partial Regex TopicForm();
}
