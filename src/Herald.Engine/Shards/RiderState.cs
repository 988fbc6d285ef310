namespace Herald.Engine.Shards;

/// <summary>Where a reader of the past (a detached lane, or a subscription that fell behind) stands with the shard's one scan.</summary>
internal enum RiderState
{
    Off,

    /// <summary>Waits for the scan to come to its place.</summary>
    Waiting,

    /// <summary>Everything below the scan's cursor has been taken.</summary>
    Riding,
}
