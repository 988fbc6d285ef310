using System.Text.Json.Nodes;

namespace Herald.LocalServers.Posts;

/// <summary>
/// PagerDuty's Events API v2, from https://developer.pagerduty.com/docs/send-alert-event (fields and their lengths, answers) and
/// https://developer.pagerduty.com/docs/events-api-v2-overview (answers and when to send again, <c>dedup_key</c>).
/// </summary>
public sealed class FakePagerDuty : FakeProvider
{
    public const string RoutingKey = "0fake0fake0fake0fake0fake0fake00";
    private const int LongestSummary = 1024, LongestKey = 255;
    private const string BadSeverity = "'payload.severity' is invalid (must be one of 'critical', 'warning', 'error' or 'info')";
    private readonly HashSet<string> _keys = [];

    public static ProviderAnswer Error(int status, string word, string message, params string[] errors) => new(status, new JsonObject
    {
        ["status"] = word,
        ["message"] = message,
        ["errors"] = new JsonArray([.. errors.Select(error => (JsonNode?)error)]),
    }.ToJsonString());

    protected override ProviderAnswer Judge(ProviderCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (call.Method != "POST" || call.Path != "/v2/enqueue")
            return new(404, "", "text/plain");
        if (!call.IsJson || call.Json is not { } json)
            return Error(400, "invalid event", "Event object is invalid", "JSON cannot be parsed");
        if ((string?)json["routing_key"] is not { Length: 32 } key)
            return Error(400, "invalid event", "Event object is invalid", "Length of 'routing_key' is incorrect (should be 32 characters)");
        if (key != RoutingKey)
            return BadToken;
        var payload = json["payload"];
        var summary = (string?)payload?["summary"] ?? "";
        string[] errors =
        [
            .. (string?)json["event_action"] is "trigger" or "acknowledge" or "resolve"
                ? [] : new[] { "'event_action' is missing or blank" },
            .. summary.Length == 0 ? ["'payload.summary' is missing or blank"] : Array.Empty<string>(),
            .. summary.Length > LongestSummary ? ["'payload.summary' is too long"] : Array.Empty<string>(),
            .. (string?)payload?["source"] is { Length: > 0 } ? [] : new[] { "'payload.source' is missing or blank" },
            .. (string?)payload?["severity"] is "critical" or "error" or "warning" or "info"
                ? [] : new[] { BadSeverity },
            .. ((string?)json["dedup_key"] ?? "").Length > LongestKey ? ["'dedup_key' is too long"] : Array.Empty<string>(),
        ];
        if (errors.Length > 0)
            return Error(400, "invalid event", "Event object is invalid", errors);
        var dedupKey = (string?)json["dedup_key"] ?? $"fake{Answered}";
        lock (_keys)
        {
            // A second event with the key belongs to the same alert.
            if (_keys.Add(dedupKey))
                Accept(new("", (string?)payload!["custom_details"]?["text"] ?? summary, summary));
        }
        var taken = new JsonObject { ["status"] = "success", ["message"] = "Event processed", ["dedup_key"] = dedupKey };
        return new(202, taken.ToJsonString());
    }

    protected override ProviderAnswer Throttled(int wait) => Error(
        429, "throttle exceeded", "Requests for this service are arriving too quickly. Please retry later.", "Enhance your calm.");

    protected override ProviderAnswer BadRecipient =>
        Error(400, "invalid event", "Event object is invalid", BadSeverity);

    protected override ProviderAnswer BadToken => Error(400, "invalid key", "Event object is invalid", "Invalid routing key");
}
