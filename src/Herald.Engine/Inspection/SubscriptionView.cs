using Herald.Engine.Events;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Inspection;

/// <summary>
/// One subscription in one shard. <see cref="Lanes"/>, <see cref="FindLane"/> and <see cref="MayCountSettled"/> read the shard and may be
/// used during the query only.
/// </summary>
/// <param name="IsSaved">The data comes from what the owner has saved, which is a little behind.</param>
/// <param name="AtHead">The subscription moves with the head of the shard.</param>
/// <param name="Position">Every match up to this sequence is settled, or belongs to one of the lanes.</param>
/// <param name="Outstanding">Deliveries in the window.</param>
internal sealed record SubscriptionView(
    ShardId Shard, string Id, bool IsSaved, bool AtHead, long Position, int Outstanding, int Held, IEnumerable<LaneView> Lanes,
    Func<ulong, LaneView?> FindLane)
{
    /// <summary>
    /// The owner before has settled some of these deliveries after it saved, and the shard will find that when it reads them.
    /// </summary>
    public Func<bool> MayCountSettled { get; init; } = () => false;

    /// <summary>
    /// A subscription for which the shard has no state. It moves with the head, or the shard does not know its generation yet and will have
    /// to read back for it.
    /// </summary>
    public static SubscriptionView Unknown(ShardId shard, SubscriptionEntry entry, bool isSaved, long catalogVersion, long routed)
    {
        var goesBack = entry.BeginsBehind(shard, catalogVersion, routed);
        var runs = entry.Subscription.Status == SubscriptionStatus.Active;
        return new(
            shard, entry.Subscription.Id, isSaved, runs && !goesBack, goesBack ? entry.Starts[shard.Value] : routed, 0, 0, [],
            _ => null);
    }

    /// <summary>In its present state, the shard will not route anything up to the sequence again.</summary>
    public bool HasPassed(long sequence) => Position >= sequence && Lanes.All(lane => lane.Lowest > sequence);

    /// <summary>The delivery of an event that matches the filter; null when it is settled.</summary>
    public DeliveryView? Find(in IndexEntry entry) => FindOpen(entry)?.Delivery;

    /// <summary>As <see cref="Find"/>, with what it waits for.</summary>
    public OpenDelivery? FindOpen(in IndexEntry entry)
    {
        DeliveryView? ahead = null;
        if (FindLane(entry.KeyHash) is { } lane)
        {
            if (lane.Count > 0 && lane.Head == entry.Sequence)
                return new(HeadOf(lane), null, 0);
            if (lane.Count > 0 && lane.Head < entry.Sequence)
                ahead = HeadOf(lane);
            if (lane.Followers.Contains(entry.Sequence))
                return new(Waiting(entry.Sequence), ahead, 0);
            if (lane.From > 0 && entry.Sequence >= lane.From)
                return new(Waiting(entry.Sequence), ahead, entry.Sequence - lane.From + 1);
        }
        return entry.Sequence > Position ? new(Waiting(entry.Sequence), ahead, entry.Sequence - Position) : null;
    }

    /// <summary>All unsettled deliveries that are known one by one, key by key.</summary>
    public IEnumerable<DeliveryView> Deliveries() =>
        Lanes.Where(lane => lane.Count > 0).SelectMany(lane => lane.Followers.Select(Waiting).Prepend(HeadOf(lane)));

    /// <summary>The oldest delivery of each blocked or held key.</summary>
    public IEnumerable<DeliveryView> BlockedHeads() => Lanes.Where(lane => lane.HasFailed).Select(HeadOf);

    /// <summary>
    /// False when everything up to this sequence is settled, as far as this view knows. Of a shard on another node it does not know what
    /// that node has taken since its last commit.
    /// </summary>
    public bool CanBeUnsettledUpTo(long sequence) =>
        (!AtHead && Position < sequence) || Lanes.Any(lane => lane.Lowest > 0 && lane.Lowest <= sequence);

    /// <param name="head">The last sequence of the shard's log.</param>
    public ShardBacklog Backlog(long head)
    {
        // A subscription without outstanding deliveries is at the head, even when the shard is a moment behind its log. But saved state of
        // another node's shard may be older. It is better to overcount than to miss events accepted a moment ago.
        var waiting = AtHead && !IsSaved ? 0 : Math.Max(0, head - Position);
        var lowest = Position < head && (!AtHead || IsSaved) ? Position + 1 : long.MaxValue;
        var blocked = 0;
        foreach (var lane in Lanes)
        {
            // As BlockedHeads, without the held keys.
            blocked += lane.HasFailed && lane.HeadStatus != DeliveryStatus.Held ? 1 : 0;
            waiting += lane.Count;
            lowest = Math.Min(lowest, lane.Lowest);
        }
        return new(new ShardLag(Shard.Value, Position, head, Outstanding, blocked), waiting, Held, !AtHead, lowest <= head ? lowest : 0);
    }

    private DeliveryView HeadOf(LaneView lane)
    {
        DateTimeOffset? next = lane.HeadStatus == DeliveryStatus.Blocked ? DateTimeOffset.FromUnixTimeMilliseconds(lane.DueMs) : null;
        return new(Id, Shard.Value, lane.Head, lane.HeadStatus, lane.Attempts, next, null);
    }

    private DeliveryView Waiting(long sequence) => new(Id, Shard.Value, sequence, DeliveryStatus.Waiting, 0, null, null);
}
