using System.ComponentModel;

namespace Herald.Hosting.Subscriptions;

[Description("A subscription as it is.")]
public sealed record SubscriptionWire
{
    public required string Id { get; set; }
    public required string Topic { get; set; }
    public required string Endpoint { get; set; }
    public string? Description { get; set; }
    public required Dictionary<string, IReadOnlyList<string>> Filter { get; set; }
    public required RetryWire Retry { get; set; }
    public required LimitsWire Limits { get; set; }

    [Description("active, paused (by an operator) or disabled (by Herald, because the endpoint said that it is gone).")]
    public required string Status { get; set; }

    [Description("Why it is disabled.")]
    public string? StatusReason { get; set; }

    [Description("Raised by every replay.")]
    public required int Generation { get; set; }
    public required string CreatedAt { get; set; }
    public required string UpdatedAt { get; set; }

    [Description("The ETag's number.")]
    public required long Version { get; set; }

    [Description("The signing key. Shown when the subscription is created, and at /secret.")]
    public string? Secret { get; set; }
}

[Description("The signing keys of a subscription.")]
public sealed record SecretWire
{
    [Description("Signs every attempt.")]
    public required string Secret { get; set; }

    [Description("During a rotation, the one before; it signs as well.")]
    public string? Previous { get; set; }

    [Description("When the one before stops signing.")]
    public string? PreviousUntil { get; set; }
}

[Description("How to change the signing key; an empty object will do.")]
public sealed record RotateSecretBody
{
    [Description("The new key; left out, one is drawn.")]
    public string? Secret { get; set; }

    [Description("How long the old key signs as well. Default 24h; 0s to 30d.")]
    public string? Overlap { get; set; }
}

[Description("Where to deliver again from.")]
public sealed record ReplayBody
{
    [Description("\"earliest\", a time (RFC 3339), a sequence (a number, in every shard), or \"now\" to pass over the backlog.")]
    public required System.Text.Json.JsonElement From { get; set; }
}

[Description("Which held key is to go on, and how.")]
public sealed record ReleaseBody
{
    [Description("As listed under blocked-keys.")]
    public required int Shard { get; set; }

    [Description("As listed under blocked-keys.")]
    public required long Sequence { get; set; }

    [Description("true: give the event up. Default: try it again.")]
    public bool? Discard { get; set; }
}

[Description("How a test attempt went.")]
public sealed record TestResultWire
{
    [Description("delivered, failed, endpointGone or rejected.")]
    public required string Outcome { get; set; }

    [Description("How far it came: guard, resolve, connect, secure, send, wait or response.")]
    public required string Stage { get; set; }
    public int? StatusCode { get; set; }
    public required string Reason { get; set; }
    public required double DurationMs { get; set; }

    [Description("The beginning of what the receiver answered.")]
    public required string Answer { get; set; }
}
