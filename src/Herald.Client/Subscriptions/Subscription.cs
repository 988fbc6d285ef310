namespace Herald.Client;

/// <summary>A subscription as it is.</summary>
public sealed record Subscription
{
    public required string Id { get; init; }
    public required string Topic { get; init; }

    /// <summary>Where it delivers.</summary>
    public required Endpoint Endpoint { get; init; }
    public string? Description { get; init; }

    /// <summary>Null when it has none.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Each named attribute must equal one of its values. <c>type</c> stands for the event's type.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> Filter { get; init; }
    public required RetryPolicy Retry { get; init; }
    public required DeliveryLimits Limits { get; init; }

    /// <summary>Null when it has none.</summary>
    public DeliveryReports? Reports { get; init; }

    /// <summary>One of <see cref="SubscriptionStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>Why it is disabled.</summary>
    public string? StatusReason { get; init; }

    /// <summary>Every replay raises it.</summary>
    public required int Generation { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The number in the ETag.</summary>
    public required long Version { get; init; }

    /// <summary>
    /// The signing key. Only when the subscription has just been created; see <see cref="SubscriptionsClient.GetSecretsAsync"/>.
    /// </summary>
    public string? Secret { get; init; }
}
