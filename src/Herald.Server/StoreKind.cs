namespace Herald.Server;

public enum StoreKind
{
    /// <summary>The journal in the data directory: one process, and no other server is needed.</summary>
    Embedded,

    /// <summary>A PostgreSQL database that several nodes share.</summary>
    Postgres,
}
