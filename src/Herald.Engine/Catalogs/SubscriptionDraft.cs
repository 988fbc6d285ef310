using Herald.Engine.Basics;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Catalogs;

/// <summary>A caller's wish for a subscription. <see cref="SubscriptionRules"/> checks it.</summary>
public sealed record SubscriptionDraft
{
    public required string Id { get; init; }
    public required string Topic { get; init; }

    /// <summary>The address of the endpoint.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The settings of the endpoint.</summary>
    public TextMap Settings { get; init; } = TextMap.Empty;
    public string? Description { get; init; }
    public TextMap Labels { get; init; } = TextMap.Empty;
    public Filter Filter { get; init; } = Filter.All;
    public RetryPolicy Retry { get; init; } = RetryPolicy.Default;
    public DeliveryLimits Limits { get; init; } = DeliveryLimits.Default;

    /// <summary>Null for no reports.</summary>
    public ReportRequest? Reports { get; init; }

    /// <summary>The secret of the endpoint; null keeps the present one, or lets the channel make one if its endpoints have one.</summary>
    public ReadOnlyMemory<byte>? Secret { get; init; }

    /// <summary>
    /// Without a <see cref="Secret"/>: true replaces the present one by a new one, so that whoever knows it cannot use it any more.
    /// </summary>
    public bool RenewsSecret { get; init; }

    /// <summary>
    /// Without a <see cref="Secret"/>: true makes no secret in the place of one that cannot be read. A change of something else must not
    /// replace a secret, because nobody would tell the receiver.
    /// </summary>
    public bool KeepsSecret { get; init; }

    /// <summary>Null keeps the present status. Used for a change only: a new subscription is active.</summary>
    public SubscriptionStatus? Status { get; init; }
}
