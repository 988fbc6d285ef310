using System.Text.Json.Nodes;

namespace Herald.LocalServers.Posts;

/// <summary>
/// A workflow of Microsoft Teams that posts a card when it receives a webhook, from "Create incoming webhooks with Workflows for Microsoft
/// Teams" (Microsoft Support), "Create and send messages" (form of the body, 429) and "Limits and specifications for Microsoft Teams"
/// (28 KB), "Call, trigger, or nest workflows with HTTPS endpoints" of Azure Logic Apps (the signature in the address; a workflow without a
/// response action answers 202 at once, and runs afterwards) and "RichTextBlock" of Adaptive Cards (text without Markdown).
/// </summary>
public sealed class FakeTeams : FakeProvider
{
    public const string Workflow = "/workflows/0fake0fake/triggers/manual/paths/invoke";
    public const string Signature = "api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=fake-FAKE_fake";
    private const int LargestBody = 28 * 1024;

    /// <summary>The whole address, which is a secret.</summary>
    public Uri Webhook => new(Address, $"{Workflow}?{Signature}");

    public static ProviderAnswer Error(int status, string code, string message) =>
        new(status, new JsonObject { ["error"] = new JsonObject { ["code"] = code, ["message"] = message } }.ToJsonString());

    protected override ProviderAnswer Judge(ProviderCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (call.Path != Workflow)
            return BadRecipient;
        if (call.Query != Signature)
            return BadToken;
        if (call.Method != "POST" || !call.IsJson || call.Json is not { } json || (string?)json["type"] != "message"
            || json["attachments"] is not JsonArray { Count: > 0 } attachments)
            return Error(400, "TriggerInputSchemaMismatch", "The input body for trigger 'manual' did not match its schema definition.");
        var (title, text) = ("", "");
        foreach (var attachment in attachments)
        {
            if ((string?)attachment?["contentType"] != "application/vnd.microsoft.card.adaptive"
                || (string?)attachment["content"]?["type"] != "AdaptiveCard" || attachment["content"]?["body"] is not JsonArray blocks)
                return Error(400, "InvalidCard", "The attachment is no adaptive card.");
            foreach (var block in blocks)
            {
                if ((string?)block?["type"] == "TextBlock")
                    text += $"[markdown]{block["text"]}";
                else if (block?["inlines"] is JsonArray inlines)
                {
                    foreach (var run in inlines)
                    {
                        var isTitle = (string?)run?["weight"] == "Bolder";
                        (title, text) = isTitle ? (title + run?["text"], text) : (title, text + run?["text"]);
                    }
                }
            }
        }
        // The workflow has answered before it posts, so nobody learns that a message was too large.
        if (call.Body.Length <= LargestBody)
            Accept(new("", text, title.Length == 0 ? null : title));
        return new(202, "");
    }

    protected override ProviderAnswer Throttled(int wait) =>
        Error(429, "WorkflowRunActionThrottled", "The rate of requests has exceeded the limit. Try again later.");

    protected override ProviderAnswer BadRecipient => Error(404, "WorkflowNotFound", "The workflow '0fake0fake' could not be found.");

    protected override ProviderAnswer BadToken =>
        Error(401, "DirectApiAuthorizationRequired", "The request must be authenticated only by Shared Access scheme.");
}
