namespace Herald.Client;

/// <summary>What a subscription shall be. What is null gets its default; docs/api.md has the defaults.</summary>
public sealed record SubscriptionDefinition
{
    /// <summary>It cannot be changed later.</summary>
    public required string Topic { get; init; }

    /// <summary>Where to deliver: a URL without credentials, and settings if its channel has any. A text is a URL alone.</summary>
    public required Endpoint Endpoint { get; init; }

    /// <summary>For people.</summary>
    public string? Description { get; init; }

    /// <summary>For people, and for lists. They change nothing in the deliveries.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Each named attribute must equal one of its values. <c>type</c> stands for the event's type.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Filter { get; init; }
    public RetryPolicy? Retry { get; init; }
    public DeliveryLimits? Limits { get; init; }

    /// <summary>Null for none.</summary>
    public DeliveryReports? Reports { get; init; }

    /// <summary>The signing key, <c>whsec_…</c>. Null for the present one, or for a new one that Herald draws.</summary>
    public string? Secret { get; init; }

    /// <summary>Where a new subscription starts; null for now. An existing one is not moved.</summary>
    public StartPoint? From { get; init; }
}
