namespace Herald.Engine.Shards;

/// <summary>How a rider (a detached lane, or a subscription that is behind) takes part in the shard's scan.</summary>
internal enum RiderState
{
    Off,

    /// <summary>It waits for the cursor to reach its place.</summary>
    Waiting,

    /// <summary>It takes part: it has taken everything below the cursor.</summary>
    Riding,
}
