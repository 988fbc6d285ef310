namespace Herald.Client;

/// <summary>What a subscription shall be. What is null gets its default; docs/api.md has the defaults.</summary>
public sealed record SubscriptionDefinition
{
    /// <summary>It cannot be changed later.</summary>
    public required string Topic { get; init; }

    /// <summary>Where to deliver: a URL without credentials.</summary>
    public required string Endpoint { get; init; }

    /// <summary>For people.</summary>
    public string? Description { get; init; }

    /// <summary>Each named attribute must equal one of its values. <c>type</c> stands for the event's type.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Filter { get; init; }
    public RetryPolicy? Retry { get; init; }
    public DeliveryLimits? Limits { get; init; }

    /// <summary>The signing key, <c>whsec_…</c>. Null for the present one, or for a new one that Herald draws.</summary>
    public string? Secret { get; init; }

    /// <summary>Where a new subscription starts; null for now. An existing one is not moved.</summary>
    public StartPoint? From { get; init; }
}
