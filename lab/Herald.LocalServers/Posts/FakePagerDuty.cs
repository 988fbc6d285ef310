using System.Text.Json.Nodes;

namespace Herald.LocalServers.Posts;

/// <summary>
/// PagerDuty's Events API v2, from its pages "Send an Alert Event" (fields and their lengths; "Alert De-Duplication": a key is good as long
/// as its alert is open) and "Events API v2 Overview" ("Response Codes &amp; Retry Logic", 512 KB). They do not say with which status a
/// larger event is refused, and give 429 no <c>Retry-After</c>.
/// </summary>
public sealed class FakePagerDuty : FakeProvider
{
    public const string RoutingKey = "0fake0fake0fake0fake0fake0fake00";
    private const int LongestSummary = 1024, LongestKey = 255, LargestEvent = 512 * 1024;
    private const string BadSeverity = "'payload.severity' is invalid (must be one of 'critical', 'warning', 'error' or 'info')";
    private readonly HashSet<string> _keys = [];

    /// <summary>People have resolved all alerts. A further event with the key of one opens a new alert.</summary>
    public void ResolveAlerts()
    {
        lock (_keys)
            _keys.Clear();
    }

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
        if (call.Body.Length > LargestEvent)
            return Error(400, "invalid event", "Event object is invalid", "Event is larger than 512 KB");
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
            // A second event with the key of an open alert belongs to this alert.
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
