namespace Herald.Journal.Writing;

/// <summary>Which part of the reserve an entry may take when there is no other room. Each leaves something to the next.</summary>
internal enum RoomFor
{
    /// <summary>None of it: publishing is refused.</summary>
    Events,

    /// <summary>Half of it: deliveries go on.</summary>
    Deliveries,

    /// <summary>Three quarters: where deliveries stand, without the history of their attempts. It says what may be freed.</summary>
    Progress,

    /// <summary>All of it: what frees room must never wait for room.</summary>
    Freeing,
}
