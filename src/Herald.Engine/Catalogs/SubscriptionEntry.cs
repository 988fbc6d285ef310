using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Catalogs;

/// <summary>A subscription with what shards need to route repeatably.</summary>
/// <param name="Starts">Per shard: it gets sequences above this.</param>
/// <param name="GenerationVersion">The catalog version that made the present generation.</param>
/// <param name="RewoundAt">Per shard: the head when the present generation was made; up to there a generation above 1 is a replay.</param>
/// <param name="Revisions">Oldest first; at least one.</param>
internal sealed record SubscriptionEntry(
    Subscription Subscription, IReadOnlyList<long> Starts, long GenerationVersion, IReadOnlyList<long> RewoundAt,
    IReadOnlyList<FilterRevision> Revisions)
{
    /// <summary>
    /// In the place of one whose record cannot be read: it is known by id, number and topic alone. It gets nothing, and what shards have
    /// saved of it stays as it is until somebody puts it anew under its id, or removes it.
    /// </summary>
    public static SubscriptionEntry Damaged(CatalogRecord record)
    {
        var (never, always) = (new long[record.Heads.Count], new long[record.Heads.Count]);
        Array.Fill(never, long.MaxValue);
        var subscription = new Subscription
        {
            Id = record.Id,
            Number = record.Number,
            Topic = "",
            TopicNumber = record.Parent,
            Endpoint = new Uri("damaged:"),
            Status = SubscriptionStatus.Disabled,
            StatusReason = Subscription.DamagedReason,
            IsDamaged = true,
            Generation = Subscription.UnknownGeneration,
            CreatedAt = DateTimeOffset.UnixEpoch,
            UpdatedAt = DateTimeOffset.UnixEpoch,
            Version = record.Version,
        };
        return new(subscription, never, 0, always, [new FilterRevision(1, Filter.All, always)]);
    }

    /// <summary>The same, of the generation that a shard knows: so it waits there with all it has. Any other entry is as it is.</summary>
    public SubscriptionEntry KeptAt(int generation) =>
        Subscription.IsDamaged ? this with { Subscription = Subscription with { Generation = generation } } : this;

    public bool IsReplay(ShardId shard, long sequence) => Subscription.Generation > 1 && sequence <= RewoundAt[shard.Value];

    /// <summary>
    /// A shard that has heard of the catalog up to a version, and has routed so far, has to go back for it: it was made, or rewound, since, and begins before.
    /// </summary>
    public bool BeginsBehind(ShardId shard, long heardOf, long routed) => GenerationVersion > heardOf && Starts[shard.Value] < routed;

    /// <summary>The filter revision that routes a sequence; 0 when the subscription does not get it at all.</summary>
    public int RevisionAt(ShardId shard, long sequence)
    {
        if (sequence <= Starts[shard.Value])
            return 0;
        for (var i = Revisions.Count - 1; i > 0; i--)
        {
            if (sequence > Revisions[i].After[shard.Value])
                return Revisions[i].Number;
        }
        return Revisions[0].Number;
    }
}
