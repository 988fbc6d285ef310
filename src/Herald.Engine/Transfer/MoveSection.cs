namespace Herald.Engine.Transfer;

/// <summary>The parts of a store, in the order in which they are moved. Part of the file format: numbers are never reused.</summary>
public enum MoveSection
{
    Catalog = 1,
    Progress = 2,
    Remembered = 3,
    Events = 4,
    DeadLetters = 5,
    State = 6,
    Sources = 7,
    History = 8,

    /// <summary>Keys whose events are kept although retention frees the events around them.</summary>
    KeptKeys = 10,

    /// <summary>Events of kept keys, from below the first sequence of their shard's log.</summary>
    KeptEvents = 11,

    /// <summary>The counts of all sections. A file without this section is not complete. It was number 9 in format 1.</summary>
    End = 12,
}
