using System.Text;
using System.Text.Json.Nodes;
using Herald.Hosting.Commands;
using Herald.Lab.Receivers;

namespace Herald.Lab.Catchers;

/// <summary>Prints a line for each acknowledged webhook.</summary>
internal static class WebhookPrinter
{
    public static void Print(ReceivedWebhook webhook, Terminal terminal)
    {
        var body = Encoding.UTF8.GetString(webhook.Body.Span);
        string line;
        if (terminal.Json)
        {
            var headers = new JsonObject([.. webhook.Headers.Select(header => KeyValuePair.Create(header.Key.ToLowerInvariant(), (JsonNode?)header.Value.ToString()))]);
            line = new JsonObject { ["headers"] = headers, ["body"] = body }.ToJsonString();
        }
        else
        {
            line = ForeignText.Verbatim(
                $"{webhook.Headers["herald-topic"]}  key {webhook.Headers["herald-key"]}  "
                    + $"sequence {webhook.Headers["herald-sequence"]}  attempt {webhook.Attempt}  {webhook.Id}  {body}");
        }
        lock (terminal)
            terminal.Out.WriteLine(line);
    }
}
