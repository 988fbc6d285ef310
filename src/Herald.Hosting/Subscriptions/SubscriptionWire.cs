using System.ComponentModel;

namespace Herald.Hosting.Subscriptions;

[Description("A subscription with its current state.")]
public sealed record SubscriptionWire
{
    public required string Id { get; set; }
    public required string Topic { get; set; }

    [Description("The address, or an object with address and settings when it has settings.")]
    public required EndpointWire Endpoint { get; set; }
    public string? Description { get; set; }

    [Description("Absent when it has none. Labels that begin with herald/ are Herald's own.")]
    public Dictionary<string, string>? Labels { get; set; }
    public required Dictionary<string, IReadOnlyList<string>> Filter { get; set; }
    public required RetryWire Retry { get; set; }
    public required LimitsWire Limits { get; set; }

    [Description("Absent when it has none.")]
    public ReportsWire? Reports { get; set; }

    [Description("active, paused (by an operator) or disabled (by Herald, because the endpoint answered 410).")]
    public required string Status { get; set; }

    [Description("Why Herald disabled it.")]
    public string? StatusReason { get; set; }

    [Description("Every replay raises it.")]
    public required int Generation { get; set; }
    public required string CreatedAt { get; set; }
    public required string UpdatedAt { get; set; }

    [Description("The number of the ETag.")]
    public required long Version { get; set; }

    [Description("The signing key. It is shown when it is new, and at /secret.")]
    public string? Secret { get; set; }
}

[Description("The signing keys of a subscription.")]
public sealed record SecretWire
{
    [Description("Signs every attempt.")]
    public required string Secret { get; set; }

    [Description("During a rotation: the previous key, which also signs every attempt.")]
    public string? Previous { get; set; }

    [Description("When the previous key stops signing.")]
    public string? PreviousUntil { get; set; }
}

[Description("How to change the signing key. All fields are optional.")]
public sealed record RotateSecretBody
{
    [Description("The new key. Default: Herald creates one.")]
    public string? Secret { get; set; }

    [Description("How long the old key also signs. Default 24h; 0s to 30d.")]
    public string? Overlap { get; set; }

    [Description("true: a key from an earlier rotation, which still signs, ends now. Otherwise the request is answered with 409.")]
    public bool? EndOverlap { get; set; }
}

[Description("Where the replay starts.")]
public sealed record ReplayBody
{
    [Description("\"earliest\", a time (RFC 3339), a sequence (a number, in every shard), or \"now\" to skip the backlog.")]
    public required System.Text.Json.JsonElement From { get; set; }

    [Description("Whether events that are not delivered yet, and lie before that point, may be left out for good. No by default.")]
    public bool? SkipUndelivered { get; set; }
}

[Description("The held key to release, and how.")]
public sealed record ReleaseBody
{
    [Description("The value from the list of blocked keys.")]
    public required int Shard { get; set; }

    [Description("The value from the list of blocked keys.")]
    public required long Sequence { get; set; }

    [Description("true: discard the event. Default: try it again.")]
    public bool? Discard { get; set; }
}

[Description("The result of a test attempt.")]
public sealed record TestResultWire
{
    [Description("delivered, failed, endpointGone, rejected or expired.")]
    public required string Outcome { get; set; }

    [Description("The last stage of the attempt: guard, resolve, connect, secure, send, wait or response.")]
    public required string Stage { get; set; }
    public int? StatusCode { get; set; }
    public required string Reason { get; set; }
    public required double DurationMs { get; set; }

    [Description("The beginning of the receiver's answer.")]
    public required string Answer { get; set; }
}
