namespace Herald.Client;

/// <summary>A customer's webhook as it is.</summary>
public sealed record CustomerWebhook
{
    public required Guid CustomerId { get; init; }
    public required string Url { get; init; }
    public required RetryPolicy Retry { get; init; }
    public required DeliveryLimits Limits { get; init; }

    /// <summary>A handler has registered itself for this customer.</summary>
    public required bool Registered { get; init; }

    /// <summary>The window of the handler; null for a webhook that an administrator has set.</summary>
    public TimeSpan? Window { get; init; }

    /// <summary>One of <see cref="SubscriptionStatus"/>.</summary>
    public required string Status { get; init; }
    public string? StatusReason { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The number in the ETag; of a handler, its epoch.</summary>
    public required long Version { get; init; }

    /// <summary>The signing key. Only when it is new.</summary>
    public string? Secret { get; init; }
}
