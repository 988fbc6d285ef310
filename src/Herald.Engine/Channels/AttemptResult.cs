namespace Herald.Engine.Channels;

/// <summary>The result of one attempt. The channel does not decide what follows.</summary>
public sealed record AttemptResult
{
    public static readonly AttemptResult Delivered = new() { Outcome = AttemptOutcome.Delivered, Stage = AttemptStage.Response };

    public required AttemptOutcome Outcome { get; init; }

    /// <summary>The stage that the attempt reached.</summary>
    public required AttemptStage Stage { get; init; }

    /// <summary>The receiver's status in the channel's own numbers (HTTP, SMTP …), if it gave one.</summary>
    public int? StatusCode { get; init; }

    /// <summary>One short line for display: <c>connection refused</c>, <c>no response within 15s</c>. Empty when delivered.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The receiver asked for no attempts during this time.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>
    /// The message is worthless after this time (Unix milliseconds), which it names itself. If the next attempt would come later, the
    /// delivery expires now. The channel must still check the time itself: an attempt can be late. Null means no such time.
    /// </summary>
    public long? NotAfterMs { get; init; }

    /// <summary>
    /// The recipient that the message names will never take any message, such as an address that does not exist. It says nothing about the
    /// endpoint. Reports pass it on.
    /// </summary>
    public bool RecipientGone { get; init; }

    /// <summary>The endpoint as a whole is in trouble, whatever the event: time-outs, refused connections, 429, 503.</summary>
    public bool EndpointTroubled { get; init; }

    public TimeSpan Duration { get; init; }

    /// <summary>The beginning of the receiver's answer, at most 4 KiB.</summary>
    public string Answer { get; init; } = "";

    /// <summary>
    /// Nothing was sent, because a bound of the channel on this node, such as a rate, allows no attempt of this subscription during this
    /// time. No attempt counts, and the receiver is not judged by it. Null when the attempt was made.
    /// </summary>
    public TimeSpan? NotTriedFor { get; init; }

    /// <summary>A failure that any other event would have had as well.</summary>
    public static AttemptResult Troubled(AttemptStage stage, string reason, TimeSpan duration = default) =>
        new() { Outcome = AttemptOutcome.Failed, Stage = stage, Reason = reason, EndpointTroubled = true, Duration = duration };

    /// <summary>No attempt was made. The subscription gets the next one after this time.</summary>
    public static AttemptResult NotTried(string reason, TimeSpan wait) =>
        new() { Outcome = AttemptOutcome.Failed, Stage = AttemptStage.Guard, Reason = reason, NotTriedFor = wait };
}

public enum AttemptOutcome
{
    Delivered,

    /// <summary>Not delivered; another attempt may succeed.</summary>
    Failed,

    /// <summary>The endpoint answered that it no longer exists (HTTP 410). No attempt will succeed, for this event or another.</summary>
    EndpointGone,

    /// <summary>This event can never be delivered to this endpoint, however often it is tried.</summary>
    Rejected,

    /// <summary>
    /// The channel sent nothing, because the message is worthless after a time that it names, and that time is over. The delivery expires,
    /// and the endpoint is not judged by it.
    /// </summary>
    Expired,
}

public enum AttemptStage
{
    /// <summary>Before anything was sent: the address is not allowed, or the channel cannot express the event.</summary>
    Guard,
    Resolve,
    Connect,
    Secure,
    Send,

    /// <summary>Sent; waiting for the answer.</summary>
    Wait,
    Response,
}
