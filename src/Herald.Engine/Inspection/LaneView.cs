namespace Herald.Engine.Inspection;

/// <summary>A key's deliveries in one shard, as far as they are in memory or saved one by one.</summary>
/// <param name="HeadStatus">The status of the oldest delivery; the others wait.</param>
/// <param name="From">Above 0: the lane also owns every match of its key from here to its subscription's position.</param>
/// <param name="Head">The sequence of the oldest delivery; 0 when there is none.</param>
/// <param name="Followers">The sequences of the other deliveries, ascending.</param>
internal readonly record struct LaneView(
    DeliveryStatus HeadStatus, int Attempts, long DueMs, long From, int Count, long Head, IEnumerable<long> Followers)
{
    public ulong KeyHash { get; init; }

    /// <summary>
    /// The key waits because its oldest delivery failed. That delivery can wait for its time, wait for a permit, or be tried again.
    /// </summary>
    public bool HasFailed => Count > 0 && (Attempts > 0 || HeadStatus is DeliveryStatus.Blocked or DeliveryStatus.Held);

    /// <summary>No delivery of the key below this sequence is unsettled.</summary>
    public long Lowest => Count > 0 ? Head : From;
}
