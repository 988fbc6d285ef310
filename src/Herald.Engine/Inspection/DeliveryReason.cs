namespace Herald.Engine.Inspection;

/// <summary>Why a delivery waits, or why there is none.</summary>
public abstract record DeliveryReason
{
    private DeliveryReason() { }

    /// <summary>It waits for an older event of its key.</summary>
    /// <param name="EventId">
    /// Null when that event can no longer be read, or when the story is of very many deliveries that wait behind different events.
    /// </param>
    /// <param name="Status">The status of that event's delivery.</param>
    /// <param name="Endpoint">The host of the endpoint.</param>
    public sealed record BehindEvent(
        string? EventId, string? Key, DeliveryStatus Status, int Attempts, string Endpoint, string? LastReason,
        DateTimeOffset? NextAttemptAt) : DeliveryReason;

    /// <summary>Its last attempt failed, and it waits for the next one.</summary>
    /// <param name="Endpoint">The host of the endpoint.</param>
    public sealed record Failed(string Endpoint, string? LastReason, DateTimeOffset? NextAttemptAt) : DeliveryReason;

    /// <summary>Its attempts are used up, and it waits for an operator.</summary>
    public sealed record Held(string? LastReason) : DeliveryReason;

    /// <param name="Since">Null when it is not known.</param>
    /// <param name="By">Null when it is not known.</param>
    public sealed record Paused(DateTimeOffset? Since, string? By) : DeliveryReason;

    /// <summary>
    /// Herald disabled the subscription. If that is because its record is damaged, it is not known whether the subscription got the event,
    /// but it gets it again when the record is written anew.
    /// </summary>
    public sealed record Disabled(DateTimeOffset? Since, string? Because) : DeliveryReason;

    /// <summary>The endpoint does not answer. Until it does, Herald sends it single events.</summary>
    public sealed record EndpointSilent(string Endpoint) : DeliveryReason;

    /// <param name="Lacks">What this node lacks.</param>
    public sealed record NoChannel(string Lacks) : DeliveryReason;

    /// <summary>The secret of the endpoint cannot be read. Nothing is sent until there is a new one.</summary>
    public sealed record NoSecret : DeliveryReason;

    /// <summary>The subscription, or its key, has still to read this many entries of the shard's log.</summary>
    public sealed record NotReached(long Entries) : DeliveryReason;

    /// <summary>It waits until an attempt can start.</summary>
    public sealed record NoRoom : DeliveryReason;

    /// <summary>The filter does not match.</summary>
    /// <param name="Attribute">The first clause that does not match: the name of an attribute, or <c>type</c>.</param>
    /// <param name="Value">What the event has there; null for nothing.</param>
    public sealed record FilteredOut(string Attribute, string? Value, IReadOnlyList<string> Wanted) : DeliveryReason;

    /// <summary>The filter of that time is no longer known, and the history has no delivery.</summary>
    public sealed record FilterChanged : DeliveryReason;

    /// <summary>The subscription began after the event.</summary>
    public sealed record NotSubscribed(DateTimeOffset CreatedAt) : DeliveryReason;

    /// <summary>The last replay began after the event, and the history has no delivery before it.</summary>
    public sealed record BeforeReplay(DateTimeOffset? ReplayedAt, string? By) : DeliveryReason;

    /// <summary>The subscription is to another topic.</summary>
    public sealed record OtherTopic(string Topic) : DeliveryReason;
}
