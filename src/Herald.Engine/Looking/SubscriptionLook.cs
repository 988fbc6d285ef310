using Herald.Engine.Catalogs;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Looking;

/// <summary>One subscription in one shard. <see cref="Lanes"/> and <see cref="FindLane"/> read the shard: they are for the time of the question.</summary>
/// <param name="IsSaved">Told by what the owner has saved, which is a little behind.</param>
/// <param name="AtHead">Moves with the head of the shard.</param>
/// <param name="Position">Every match up to here is settled, or belongs to one of the lanes.</param>
/// <param name="Outstanding">Deliveries in the window.</param>
/// <param name="Blocked">Keys that wait after a failure, without the held ones.</param>
internal sealed record SubscriptionLook(
    ShardId Shard, string Id, bool IsSaved, bool AtHead, long Position, int Outstanding, int Blocked, int Held, IEnumerable<LaneLook> Lanes,
    Func<ulong, LaneLook?> FindLane)
{
    /// <summary>A subscription that the shard has nothing to say of: it moves with the head, or the shard has not heard of it yet, and will have to go back for it.</summary>
    public static SubscriptionLook Unknown(ShardId shard, SubscriptionEntry entry, bool isSaved, long catalogVersion, long routed)
    {
        var goesBack = entry.BeginsBehind(shard, catalogVersion, routed);
        var runs = entry.Subscription.Status == SubscriptionStatus.Active;
        return new(
            shard, entry.Subscription.Id, isSaved, runs && !goesBack, goesBack ? entry.Starts[shard.Value] : routed, 0, 0, 0, [], _ => null);
    }

    /// <summary>Nothing up to the sequence will be routed again, by this shard as it stands.</summary>
    public bool HasPassed(long sequence) => Position >= sequence && Lanes.All(lane => lane.Lowest > sequence);

    /// <summary>The delivery of an event that matches; null when it is settled.</summary>
    public DeliveryView? Find(in IndexEntry entry)
    {
        if (FindLane(entry.KeyHash) is { } lane)
        {
            if (lane.Count > 0 && lane.Head == entry.Sequence)
                return HeadOf(lane);
            if (lane.Followers.Contains(entry.Sequence) || (lane.From > 0 && entry.Sequence >= lane.From))
                return Waiting(entry.Sequence);
        }
        return entry.Sequence > Position ? Waiting(entry.Sequence) : null;
    }

    /// <summary>All that are unsettled and known one by one, key by key.</summary>
    public IEnumerable<DeliveryView> Deliveries() =>
        Lanes.Where(lane => lane.Count > 0).SelectMany(lane => lane.Followers.Select(Waiting).Prepend(HeadOf(lane)));

    /// <summary>The oldest deliveries of the keys that wait because of them.</summary>
    public IEnumerable<DeliveryView> BlockedHeads() =>
        Lanes.Where(lane => lane.HeadStatus is DeliveryStatus.Blocked or DeliveryStatus.Held).Select(HeadOf);

    /// <param name="head">The last sequence of the shard's log.</param>
    public ShardBacklog Backlog(long head)
    {
        // One without anything outstanding is at the head, even when the shard is a moment behind its log. But what its owner elsewhere has
        // saved may be more than a moment old: rather too much than nothing of what has just been accepted.
        var waiting = AtHead && !IsSaved ? 0 : Math.Max(0, head - Position);
        var lowest = Position < head && (!AtHead || IsSaved) ? Position + 1 : long.MaxValue;
        foreach (var lane in Lanes)
        {
            waiting += lane.Count;
            lowest = Math.Min(lowest, lane.Lowest);
        }
        return new(new ShardLag(Shard.Value, Position, head, Outstanding, Blocked), waiting, Held, !AtHead, lowest <= head ? lowest : 0);
    }

    private DeliveryView HeadOf(LaneLook lane)
    {
        DateTimeOffset? next = lane.HeadStatus == DeliveryStatus.Blocked ? DateTimeOffset.FromUnixTimeMilliseconds(lane.DueMs) : null;
        return new(Id, Shard.Value, lane.Head, lane.HeadStatus, lane.Attempts, next, null);
    }

    private DeliveryView Waiting(long sequence) => new(Id, Shard.Value, sequence, DeliveryStatus.Waiting, 0, null, null);
}
