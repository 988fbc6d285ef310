namespace Herald.Client;

/// <summary>Where the changes of a customer's orders shall go.</summary>
public sealed record WebhookDefinition
{
    public required string Url { get; init; }

    /// <summary>The signing key, <c>whsec_…</c>. Null for the present one, or for a new one that Herald draws.</summary>
    public string? Secret { get; init; }
    public RetryPolicy? Retry { get; init; }
    public DeliveryLimits? Limits { get; init; }
}
