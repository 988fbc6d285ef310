using Herald.Engine.Basics;

namespace Herald.Engine.Subscriptions;

/// <summary>
/// A subscription as the catalog holds it: a topic, an endpoint, a filter, a retry policy, limits and labels. Immutable: a change makes a
/// new record. It contains no secret, so it can be shown.
/// </summary>
public sealed record Subscription
{
    /// <summary>The status reason of a subscription whose record is damaged. It receives nothing until it is written anew.</summary>
    internal const string DamagedReason =
        "damaged: its record in the catalog cannot be read. Write it again (PUT) with all of its fields; it then gets all kept events again. "
        + "Or delete it.";

    /// <summary>The tenant of the subscription, of its topic, and of the topic that it forwards to.</summary>
    public TenantId Tenant { get; init; }
    public required string Id { get; init; }

    /// <summary>See <see cref="TenantId.FullName"/>.</summary>
    public string FullId => Tenant.FullName(Id);

    /// <summary>
    /// Assigned by the catalog when the subscription is created, never reused. Shards and files use it instead of the id.
    /// </summary>
    public required int Number { get; init; }
    public required string Topic { get; init; }
    public string FullTopic => Tenant.FullName(Topic);
    public required int TopicNumber { get; init; }
    public required Endpoint Endpoint { get; init; }
    public string? Description { get; init; }

    /// <summary>For people and programs that look for subscriptions. They change nothing in the deliveries.</summary>
    public TextMap Labels { get; init; } = TextMap.Empty;
    public Filter Filter { get; init; } = Filter.All;
    public RetryPolicy Retry { get; init; } = RetryPolicy.Default;
    public DeliveryLimits Limits { get; init; } = DeliveryLimits.Default;

    /// <summary>Which ends of its deliveries become events of another topic; null for none.</summary>
    public ReportRequest? Reports { get; init; }
    public SubscriptionStatus Status { get; init; } = SubscriptionStatus.Active;

    /// <summary>Why the subscription is disabled, for display; null otherwise.</summary>
    public string? StatusReason { get; init; }

    /// <summary>When the status last changed; null when it is as it was at the beginning.</summary>
    public DateTimeOffset? StatusSince { get; init; }

    /// <summary>Who ordered the last change of the status; null when Herald decided it, or it never changed.</summary>
    public string? StatusBy { get; init; }

    /// <summary>Raised when the endpoint changes, so that a result from an older endpoint does not disable a newer one.</summary>
    public int EndpointRevision { get; init; } = 1;

    /// <summary>Raised by a replay. A key waits for an attempt of an older generation to end, and its result is ignored.</summary>
    public int Generation { get; init; } = 1;

    /// <summary>When the last replay was ordered; null without one.</summary>
    public DateTimeOffset? ReplayedAt { get; init; }

    /// <summary>Who ordered the last replay.</summary>
    public string? ReplayedBy { get; init; }

    /// <summary>The record cannot be read: only the id, the number and the topic's number are known.</summary>
    public bool IsDamaged { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The catalog version of the last change. It is the ETag.</summary>
    public long Version { get; init; }
}

public enum SubscriptionStatus
{
    Active,

    /// <summary>Paused by an operator. Ages of deliveries do not advance, and the backlog stays.</summary>
    Paused,

    /// <summary>Disabled by Herald, because the endpoint answered that it is gone. It is resumed like a paused one.</summary>
    Disabled,
}
