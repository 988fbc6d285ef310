namespace Herald.Lab.Processes;

/// <summary>The store of the servers that the laboratory starts.</summary>
internal enum StoreChoice
{
    /// <summary>The journal of one server.</summary>
    Embedded,

    /// <summary>A throw-away PostgreSQL, for one node or several.</summary>
    Postgres,
}
