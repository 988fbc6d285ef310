namespace Herald.Engine.Moving;

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

    /// <summary>Keys that wait, whose events are kept though retention frees those around them.</summary>
    KeptKeys = 10,

    /// <summary>Events of such keys from below the first one of their shard.</summary>
    KeptEvents = 11,

    /// <summary>How many there are of everything: what has no end is not whole. 9 in format 1.</summary>
    End = 12,
}
