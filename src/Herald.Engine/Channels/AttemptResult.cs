namespace Herald.Engine.Channels;

/// <summary>How one attempt ended. Deciding what follows is not the channel's business.</summary>
public sealed record AttemptResult
{
    public static readonly AttemptResult Delivered = new() { Outcome = AttemptOutcome.Delivered, Stage = AttemptStage.Response };

    public required AttemptOutcome Outcome { get; init; }

    /// <summary>How far the attempt came.</summary>
    public required AttemptStage Stage { get; init; }

    /// <summary>The receiver's status in the channel's own numbers (HTTP, SMTP …), if it gave one.</summary>
    public int? StatusCode { get; init; }

    /// <summary>One short line for people: <c>connection refused</c>, <c>no response within 15s</c>. Empty when delivered.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The receiver asked to be left alone this long.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The endpoint as a whole is troubled, whatever the event: time-outs, refused connections, 429, 503.</summary>
    public bool EndpointTroubled { get; init; }

    public TimeSpan Duration { get; init; }

    /// <summary>The beginning of what the receiver answered, at most 4 KiB.</summary>
    public string Answer { get; init; } = "";

    /// <summary>It failed as any event's would have.</summary>
    public static AttemptResult Troubled(AttemptStage stage, string reason, TimeSpan duration = default) =>
        new() { Outcome = AttemptOutcome.Failed, Stage = stage, Reason = reason, EndpointTroubled = true, Duration = duration };
}

public enum AttemptOutcome
{
    Delivered,

    /// <summary>Not delivered; trying again may help.</summary>
    Failed,

    /// <summary>The endpoint says it is no more (HTTP 410): no attempt will help, for this event or another.</summary>
    EndpointGone,

    /// <summary>This event can never be delivered to this endpoint, however often it is tried.</summary>
    Rejected,
}

public enum AttemptStage
{
    /// <summary>Before anything was sent: the address is not allowed, or the event cannot be expressed.</summary>
    Guard,
    Resolve,
    Connect,
    Secure,
    Send,

    /// <summary>Sent, and waiting for the answer.</summary>
    Wait,
    Response,
}
