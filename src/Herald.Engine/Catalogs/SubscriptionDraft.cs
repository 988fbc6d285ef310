using Herald.Engine.Retrying;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Catalogs;

/// <summary>A caller's wish for a subscription. <see cref="SubscriptionRules"/> checks it.</summary>
public sealed record SubscriptionDraft
{
    public required string Id { get; init; }
    public required string Topic { get; init; }
    public required string Endpoint { get; init; }
    public string? Description { get; init; }
    public Filter Filter { get; init; } = Filter.All;
    public RetryPolicy Retry { get; init; } = RetryPolicy.Default;
    public DeliveryLimits Limits { get; init; } = DeliveryLimits.Default;

    /// <summary>The signing key; null keeps the present one, or draws one for a new subscription.</summary>
    public ReadOnlyMemory<byte>? Secret { get; init; }

    /// <summary>Null keeps the present status. Used for a change only: a new subscription is active.</summary>
    public SubscriptionStatus? Status { get; init; }
}
