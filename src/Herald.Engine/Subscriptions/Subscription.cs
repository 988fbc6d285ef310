using Herald.Engine.Retrying;

namespace Herald.Engine.Subscriptions;

/// <summary>A topic, an endpoint, a filter, a retry policy, limits and secrets, as the catalog holds them. Immutable: a change is a new record.</summary>
public sealed record Subscription
{
    /// <summary>Of a subscription whose record is damaged: it stands still until it is put anew.</summary>
    internal const string DamagedReason =
        "damaged: its record in the catalog cannot be read. Put it anew with all of its fields; it then gets again every event that is kept. "
        + "Or delete it.";

    internal const int UnknownGeneration = 0;

    public required string Id { get; init; }

    /// <summary>Given by the catalog when the subscription is created, never reused: what shards and files call it.</summary>
    public required int Number { get; init; }
    public required string Topic { get; init; }
    public required int TopicNumber { get; init; }
    public required Uri Endpoint { get; init; }
    public string? Description { get; init; }
    public Filter Filter { get; init; } = Filter.All;
    public RetryPolicy Retry { get; init; } = RetryPolicy.Default;
    public DeliveryLimits Limits { get; init; } = DeliveryLimits.Default;
    public Secrets Secrets { get; init; } = Secrets.None;
    public SubscriptionStatus Status { get; init; } = SubscriptionStatus.Active;

    /// <summary>Why it is disabled, for people; null otherwise.</summary>
    public string? StatusReason { get; init; }

    /// <summary>Raised when the endpoint changes: a result from an older endpoint does not disable a newer one.</summary>
    public int EndpointRevision { get; init; } = 1;

    /// <summary>Raised by a replay. Results of an older generation are waited for, and ignored.</summary>
    public int Generation { get; init; } = 1;

    /// <summary>Its record cannot be read: nothing but its id, its number and its topic's number is known.</summary>
    public bool IsDamaged { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The catalog version of the last change; the ETag.</summary>
    public long Version { get; init; }
}

public enum SubscriptionStatus
{
    Active,

    /// <summary>By an operator: ages stop, the backlog stays.</summary>
    Paused,

    /// <summary>By Herald, because the endpoint said it is gone; resumed like a paused one.</summary>
    Disabled,
}
