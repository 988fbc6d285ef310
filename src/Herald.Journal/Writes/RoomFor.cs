namespace Herald.Journal.Writes;

/// <summary>How much of the reserve an entry can take when there is no other room. Each value leaves a part to the next.</summary>
internal enum RoomFor
{
    /// <summary>Nothing: publishing is refused.</summary>
    Events,

    /// <summary>Half of the reserve: deliveries continue.</summary>
    Deliveries,

    /// <summary>Three quarters: progress of deliveries without attempt history. Progress tells the store what it can free.</summary>
    Progress,

    /// <summary>All of it: what frees room must never wait for room.</summary>
    Freeing,
}
