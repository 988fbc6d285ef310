using Herald.Engine.Events;

namespace Herald.Engine.Inspection;

/// <summary>What a subscription has still to get in one shard, while it is counted.</summary>
/// <param name="Owners">The keys with detached lanes, and where they begin.</param>
/// <param name="CanBeSettled">Some of what is counted can be settled already.</param>
internal sealed record UncountedShard(
    ShardId Shard, IReadOnlyDictionary<ulong, long> Owners, long Position, long Head, bool CanBeSettled)
{
    /// <summary>The deliveries that were found so far.</summary>
    public long Found { get; private set; }

    /// <summary>The oldest of them; 0 for none.</summary>
    public long Lowest { get; private set; }

    /// <summary>The sequence to read next.</summary>
    public long Next { get; set; }

    public bool IsOpen => Next <= Head;

    /// <summary>The entries that were not read.</summary>
    public long Rest => Math.Max(0, Head - Next + 1);

    /// <summary>Must run during the query. The deliveries in memory are counted at once.</summary>
    /// <param name="head">The last sequence of the shard's log.</param>
    public static UncountedShard Of(SubscriptionView view, long head)
    {
        var (owners, found, lowest) = (new Dictionary<ulong, long>(), 0L, 0L);
        foreach (var lane in view.Lanes)
        {
            found += lane.Count;
            if (lane.From > 0)
                owners[lane.KeyHash] = lane.From;
            if (lane.Count > 0)
                lowest = lowest == 0 ? lane.Head : Math.Min(lowest, lane.Head);
        }
        return new(view.Shard, owners, view.Position, head, view.IsSaved || view.MayCountSettled())
        {
            Found = found,
            Lowest = lowest,
            Next = owners.Values.Append(view.Position + 1).Min(),
        };
    }

    public bool Owns(in IndexEntry one) =>
        one.Sequence > Position || (Owners.TryGetValue(one.KeyHash, out var from) && one.Sequence >= from);

    public void Add(IEnumerable<long> sequences)
    {
        foreach (var sequence in sequences)
        {
            Found++;
            Lowest = Lowest == 0 ? sequence : Math.Min(Lowest, sequence);
        }
    }
}
