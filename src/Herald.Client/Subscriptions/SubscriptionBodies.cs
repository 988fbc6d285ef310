namespace Herald.Client;

// The bodies of requests about subscriptions that callers do not see.

internal sealed record TopicSubscriptionBody
{
    public string? Id { get; init; }
    public required string Endpoint { get; init; }
    public string? Description { get; init; }
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Filter { get; init; }
    public RetryPolicy? Retry { get; init; }
    public DeliveryLimits? Limits { get; init; }
    public string? Secret { get; init; }
    public StartPoint? From { get; init; }

    public static TopicSubscriptionBody Of(SubscriptionDefinition definition, string? id) => new()
    {
        Id = id,
        Endpoint = definition.Endpoint,
        Description = definition.Description,
        Filter = definition.Filter,
        Retry = definition.Retry,
        Limits = definition.Limits,
        Secret = definition.Secret,
        From = definition.From,
    };
}

internal sealed record RotateSecretBody(string? Secret, TimeSpan? Overlap);

internal sealed record ReplayBody(StartPoint From);

internal sealed record ReleaseBody(int Shard, long Sequence, bool? Discard);
