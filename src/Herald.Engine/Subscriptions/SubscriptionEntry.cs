using Herald.Engine.Basics;
using Herald.Engine.Events;
using Herald.Engine.Progress;
using Herald.Engine.Stores;

namespace Herald.Engine.Subscriptions;

/// <summary>A subscription with the places that shards need for repeatable routing.</summary>
/// <param name="Starts">Per shard: the subscription receives sequences above this one.</param>
/// <param name="GenerationVersion">The catalog version that began the present generation.</param>
/// <param name="RewoundAt">
/// Per shard: the head when the present generation began. In a generation above 1, deliveries up to it are a replay.
/// </param>
/// <param name="Revisions">Oldest first; at least one.</param>
internal sealed record SubscriptionEntry(
    Subscription Subscription, IReadOnlyList<long> Starts, long GenerationVersion, IReadOnlyList<long> RewoundAt,
    IReadOnlyList<FilterRevision> Revisions)
{
    /// <summary>The secrets to which the endpoint refers. They are read apart from the record, and only where attempts are made.</summary>
    public Secrets Secrets { get; init; } = Secrets.None;

    /// <summary>The endpoint refers to a secret that cannot be read. Nothing can be sent until there is a new one.</summary>
    public bool LacksSecret => Subscription.Endpoint.Secret is not null && Secrets.AreNone;

    /// <summary>Stands in the place of a subscription whose record cannot be read. Only its id, number and topic are known.</summary>
    /// <remarks>
    /// The subscription receives nothing. Its progress in the shards stays as it is until a caller writes the subscription anew under its
    /// id, or deletes it.
    /// </remarks>
    public static SubscriptionEntry Damaged(CatalogRecord record)
    {
        var (never, always) = (new long[record.Heads.Count], new long[record.Heads.Count]);
        Array.Fill(never, long.MaxValue);
        var (tenant, id) = TenantId.Split(record.Id);
        var subscription = new Subscription
        {
            Tenant = tenant,
            Id = id,
            Number = record.Number,
            Topic = "",
            TopicNumber = record.Parent,
            Endpoint = Endpoint.At(new Uri("damaged:")),
            Status = SubscriptionStatus.Disabled,
            StatusReason = Subscription.DamagedReason,
            IsDamaged = true,
            Generation = SavedState.UnknownGeneration,
            CreatedAt = DateTimeOffset.UnixEpoch,
            UpdatedAt = DateTimeOffset.UnixEpoch,
            Version = record.Version,
        };
        return new(subscription, never, 0, always, [new FilterRevision(1, Filter.All, always)]);
    }

    /// <summary>
    /// A damaged entry with the generation that a shard knows, so that the shard keeps all state of the subscription. Any other entry is
    /// returned unchanged.
    /// </summary>
    public SubscriptionEntry KeptAt(int generation) =>
        Subscription.IsDamaged ? this with { Subscription = Subscription with { Generation = generation } } : this;

    public bool IsReplay(ShardId shard, long sequence) => Subscription.Generation > 1 && sequence <= RewoundAt[shard.Value];

    /// <summary>
    /// True when a shard must read back for this subscription: its generation began after version <paramref name="heardOf"/>, up to which
    /// the shard knows the catalog, and it starts before <paramref name="routed"/>, up to which the shard has routed.
    /// </summary>
    public bool BeginsBehind(ShardId shard, long heardOf, long routed) => GenerationVersion > heardOf && Starts[shard.Value] < routed;

    /// <summary>The filter revision that routes a sequence; 0 when the subscription does not receive it.</summary>
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
