namespace Herald.Engine.Looking;

/// <summary>A key's deliveries in one shard, as far as they are in memory or saved one by one.</summary>
/// <param name="HeadStatus">Where the oldest of them stands; the others wait.</param>
/// <param name="From">Above 0: it has also every match of its key from here to its subscription's position.</param>
/// <param name="Head">The oldest of them; 0 when there is none.</param>
/// <param name="Followers">The others, ascending.</param>
internal readonly record struct LaneLook(DeliveryStatus HeadStatus, int Attempts, long DueMs, long From, int Count, long Head, IEnumerable<long> Followers)
{
    /// <summary>Nothing of the key is unsettled below.</summary>
    public long Lowest => Count > 0 ? Head : From;
}
