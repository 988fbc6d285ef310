namespace Herald.Client;

/// <summary>Why a delivery waits, or why there is none. Which fields there are depends on the reason.</summary>
public sealed record DeliveryReason
{
    /// <summary>
    /// Why it waits: <c>behindEvent</c> (of its key), <c>failed</c> (for its next attempt), <c>held</c>, <c>paused</c>, <c>disabled</c>,
    /// <c>endpointSilent</c>, <c>noChannel</c>, <c>noSecret</c>, <c>notReached</c> or <c>noRoom</c>. Why there is none:
    /// <c>filteredOut</c>, <c>filterChanged</c>, <c>notSubscribed</c>, <c>beforeReplay</c> or <c>otherTopic</c>.
    /// </summary>
    public required string Reason { get; init; }

    /// <summary>The event that it waits for; null when that cannot be read, and in answers with many deliveries.</summary>
    public string? EventId { get; init; }
    public string? Key { get; init; }

    /// <summary>The status of that event's delivery.</summary>
    public string? Status { get; init; }
    public int? Attempts { get; init; }

    /// <summary>The host of the endpoint.</summary>
    public string? Endpoint { get; init; }
    public string? LastReason { get; init; }
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>When it was ordered, or when the subscription was created.</summary>
    public DateTimeOffset? Since { get; init; }
    public string? By { get; init; }
    public string? Because { get; init; }
    public string? Lacks { get; init; }

    /// <summary>The entries of the shard's log that are read first.</summary>
    public long? Entries { get; init; }

    /// <summary>The first clause of the filter that does not match; <c>type</c> for the event's type.</summary>
    public string? Attribute { get; init; }

    /// <summary>What the event has there; null for nothing.</summary>
    public string? Value { get; init; }
    public IReadOnlyList<string>? Wanted { get; init; }

    /// <summary>The topic of the subscription.</summary>
    public string? Topic { get; init; }
}
