namespace Herald.Lab.Processes;

/// <summary>Where servers that the laboratory starts keep what they take.</summary>
internal enum StoreChoice
{
    /// <summary>In the journal of one server.</summary>
    Embedded,

    /// <summary>In a PostgreSQL to throw away, for one node or several.</summary>
    Postgres,
}
