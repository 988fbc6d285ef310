using Herald.Engine.Events;
using Herald.Engine.Publishing;
using Herald.Engine.Stores;

namespace Herald.Engine.Shards;

/// <summary>Makes the dead letter of a delivery that is given up.</summary>
internal static class SkipLetter
{
    public static NewDeadLetter Of(ShardId shard, in Skip skip)
    {
        var subscription = skip.Lane.Owner.Entry.Subscription;
        return new NewDeadLetter(skip.IdIn(shard), subscription.FullId, subscription.FullTopic, skip.Reason!, default)
        {
            HasNoRecord = skip.Reason!.Reason == DeadLetterReason.Damaged,
        };
    }

    /// <summary>Makes the dead letter of a delivery that was to be forwarded but could not be.</summary>
    public static NewDeadLetter Of(ShardId shard, in Skip skip, ForwardResult.Refused why)
    {
        var before = skip.Reason!;
        var detail = $"{why.Detail} Herald tried to forward it because of {before.Reason}: {before.Detail}";
        return Of(shard, skip) with { Reason = before with { Reason = why.Reason, Detail = detail }, HasNoRecord = why.HasNoRecord };
    }
}
