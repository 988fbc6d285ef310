namespace Herald.Client;

// The bodies of requests about subscriptions that callers do not see.

internal sealed record TopicSubscriptionBody
{
    public string? Id { get; init; }
    public required Endpoint Endpoint { get; init; }
    public string? Description { get; init; }
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Filter { get; init; }
    public RetryPolicy? Retry { get; init; }
    public DeliveryLimits? Limits { get; init; }
    public DeliveryReports? Reports { get; init; }
    public string? Secret { get; init; }
    public StartPoint? From { get; init; }

    public static TopicSubscriptionBody Of(SubscriptionDefinition definition, string? id) => new()
    {
        Id = id,
        Endpoint = definition.Endpoint,
        Description = definition.Description,
        Labels = definition.Labels,
        Filter = definition.Filter,
        Retry = definition.Retry,
        Limits = definition.Limits,
        Reports = definition.Reports,
        Secret = definition.Secret,
        From = definition.From,
    };
}

internal sealed record EndpointBody
{
    public required string Address { get; init; }
    public IReadOnlyDictionary<string, string>? Settings { get; init; }
}

internal sealed record RotateSecretBody(string? Secret, TimeSpan? Overlap, bool? EndOverlap);

internal sealed record ReplayBody(StartPoint From, bool? SkipUndelivered);

internal sealed record ReleaseBody(int Shard, long Sequence, bool? Discard);
