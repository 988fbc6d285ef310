namespace Herald.Hosting.Problems;

/// <summary>A kind of failure. Clients can rely on the code, which does not change; the title is for people.</summary>
public sealed record ProblemKind(string Code, int Status, string Title)
{
    public static readonly ProblemKind MalformedJson = new("malformed-json", 400, "The body is not JSON");
    public static readonly ProblemKind EmptyBody = new("empty-body", 400, "The body is empty");
    public static readonly ProblemKind InvalidRequest = new("invalid-request", 400, "The request is not valid");
    public static readonly ProblemKind EventsRefused = new("events-refused", 400, "All events were refused");
    public static readonly ProblemKind BadHttpRequest = new("bad-request", 400, "The request cannot be read");
    public static readonly ProblemKind Unauthorized = new("unauthorized", 401, "A token is required");
    public static readonly ProblemKind MissingScope = new("missing-scope", 403, "The caller lacks a scope");
    public static readonly ProblemKind ForeignHost = new("foreign-host", 403, "The Host header does not name this machine");
    public static readonly ProblemKind ForeignOrigin = new("foreign-origin", 403, "The Origin header names another site");
    public static readonly ProblemKind ForwardedRequest = new(
        "forwarded-request", 403, "A proxy forwarded the request, but this server requires no token");
    public static readonly ProblemKind TopicClosed = new("topic-closed", 403, "The topic takes events only through its application");
    public static readonly ProblemKind RouteNotFound = new("route-not-found", 404, "The address does not exist");
    public static readonly ProblemKind TopicNotFound = new("topic-not-found", 404, "The topic does not exist");
    public static readonly ProblemKind SubscriptionNotFound = new("subscription-not-found", 404, "The subscription does not exist");
    public static readonly ProblemKind NoSecret = new("no-secret", 404, "The endpoint has no secret");
    public static readonly ProblemKind EventNotFound = new("event-not-found", 404, "The event was not found");
    public static readonly ProblemKind DeadLetterNotFound = new("dead-letter-not-found", 404, "The dead letter does not exist");
    public static readonly ProblemKind MethodNotAllowed = new("method-not-allowed", 405, "The method is not allowed for this address");
    public static readonly ProblemKind EventConflict = new("event-conflict", 409, "The id was used for another event");
    public static readonly ProblemKind TopicInUse = new("topic-in-use", 409, "The topic has subscriptions");
    public static readonly ProblemKind ChangePending = new("change-pending", 409, "Earlier changes are still taking effect");
    public static readonly ProblemKind OverlapRuns = new("overlap-runs", 409, "The secret before still signs");
    public static readonly ProblemKind ReplaySkips = new("replay-skips", 409, "Events before the replay are not delivered");
    public static readonly ProblemKind NotHeld = new("not-held", 409, "The key is not held");
    public static readonly ProblemKind EventDamaged = new("event-damaged", 409, "The stored event is damaged");
    public static readonly ProblemKind SubscriptionDamaged = new("subscription-damaged", 409, "The stored subscription is damaged");
    public static readonly ProblemKind NoReceiver = new("no-receiver", 409, "The dead letter has no subscription");
    public static readonly ProblemKind VersionMismatch = new("version-mismatch", 412, "The resource has changed, or already exists");
    public static readonly ProblemKind BodyTooLarge = new("body-too-large", 413, "The body is too large");
    public static readonly ProblemKind BatchTooLarge = new("batch-too-large", 413, "The batch has too many events");
    public static readonly ProblemKind PayloadTooLarge = new("payload-too-large", 413, "The payload is too large");
    public static readonly ProblemKind UnsupportedMediaType = new("unsupported-media-type", 415, "The media type is not supported");
    public static readonly ProblemKind Internal = new("internal-error", 500, "Herald failed to handle the request");
    public static readonly ProblemKind NotSupported = new("not-supported", 501, "This store cannot do that");
    public static readonly ProblemKind NoRoom = new("no-room", 503, "The store is full");
    public static readonly ProblemKind StoreUnavailable = new("store-unavailable", 503, "The store does not answer");
    public static readonly ProblemKind Busy = new("busy", 503, "Too many large request bodies are being read");
    public static readonly ProblemKind NotReady = new("not-ready", 503, "Herald is not ready");

    public static readonly IReadOnlyList<ProblemKind> All =
    [
        MalformedJson, EmptyBody, InvalidRequest, EventsRefused, BadHttpRequest, Unauthorized, MissingScope, ForeignHost, ForeignOrigin,
        ForwardedRequest, TopicClosed, RouteNotFound, TopicNotFound, SubscriptionNotFound, NoSecret, EventNotFound, DeadLetterNotFound,
        MethodNotAllowed, EventConflict, TopicInUse, ChangePending, OverlapRuns, ReplaySkips, NotHeld, EventDamaged, SubscriptionDamaged, NoReceiver,
        VersionMismatch, BodyTooLarge, BatchTooLarge, PayloadTooLarge, UnsupportedMediaType, Internal, NotSupported, NoRoom,
        StoreUnavailable, Busy, NotReady,
    ];

    public string Type => $"urn:herald:problem:{Code}";

    /// <summary>The kind for an answer that another layer gave without a body.</summary>
    public static ProblemKind OfStatus(int status) => status switch
    {
        401 => Unauthorized,
        404 => RouteNotFound,
        405 => MethodNotAllowed,
        413 => BodyTooLarge,
        415 => UnsupportedMediaType,
        >= 500 => Internal,
        _ => BadHttpRequest,
    };
}
