namespace Herald.Journal.Frames;

/// <summary>The kinds of entries in a frame. Part of the file format: never reuse a number.</summary>
internal enum EntryType : byte
{
    /// <summary>An event of a shard.</summary>
    Event = 1,

    /// <summary>The progress record of a commit or a note.</summary>
    Progress = 2,

    /// <summary>A value of application state, or its removal.</summary>
    State = 3,

    /// <summary>A dead letter: new, or copied forward by retention.</summary>
    DeadLetter = 4,

    /// <summary>The removal of a dead letter.</summary>
    DeadLetterGone = 5,

    /// <summary>A change of the catalog.</summary>
    Catalog = 6,

    /// <summary>The position of a source.</summary>
    Source = 7,

    /// <summary>A block of attempt history.</summary>
    History = 8,

    /// <summary>The start of a run: a process opened the journal.</summary>
    Run = 9,

    /// <summary>Retention gave up the segments before the one named.</summary>
    Floor = 10,

    /// <summary>Changes of a shard's kept keys.</summary>
    KeptKeys = 11,

    /// <summary>An event copied forward by retention, because its key waits.</summary>
    KeptEvent = 12,
}
