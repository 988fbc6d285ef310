namespace Herald.Server;

public enum StoreKind
{
    /// <summary>The journal, in the data directory: one process, nothing else to run.</summary>
    Embedded,

    /// <summary>A PostgreSQL that several nodes share.</summary>
    Postgres,
}
