using Herald.Engine.Subscriptions;

namespace Herald.Engine.Tests.Shards;

/// <summary>Makes subscriptions as a catalog returns them.</summary>
internal static class SubscriptionEntries
{
    public static SubscriptionEntry Plain(int number, RetryPolicy? retry = null, DeliveryLimits? limits = null, int shards = 1, params Filter[] filters) => new(
        new Subscription
        {
            Id = $"s{number}",
            Number = number,
            Topic = "t",
            TopicNumber = 1,
            Endpoint = Endpoint.At(new Uri("http://127.0.0.1/")),
            Filter = filters.LastOrDefault() ?? Filter.All,
            Retry = retry ?? RetryPolicy.Default,
            Limits = limits ?? DeliveryLimits.Default,
            CreatedAt = DateTimeOffset.UnixEpoch,
            UpdatedAt = DateTimeOffset.UnixEpoch,
        },
        new long[shards], 1, new long[shards],
        filters.Length == 0
            ? [new FilterRevision(1, Filter.All, new long[shards])]
            : [.. filters.Select((filter, i) => new FilterRevision(i + 1, filter, [.. Enumerable.Repeat(10L * i, shards)]))]);
}
