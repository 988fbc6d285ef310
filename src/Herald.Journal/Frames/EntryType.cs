namespace Herald.Journal.Frames;

/// <summary>What an entry of a frame is. Part of the file format: numbers are never reused.</summary>
internal enum EntryType : byte
{
    /// <summary>An event of a shard.</summary>
    Event = 1,

    /// <summary>A shard commit's progress.</summary>
    Progress = 2,

    /// <summary>A value of application state, or its removal.</summary>
    State = 3,

    /// <summary>A dead letter: new, or copied forward.</summary>
    DeadLetter = 4,

    /// <summary>A dead letter has gone.</summary>
    DeadLetterGone = 5,

    /// <summary>A change of the catalog.</summary>
    Catalog = 6,

    /// <summary>How far a source has been read.</summary>
    Source = 7,

    /// <summary>A block of attempt history.</summary>
    History = 8,

    /// <summary>A process opened the journal.</summary>
    Run = 9,

    /// <summary>Segments before the one named have been given up.</summary>
    Floor = 10,

    /// <summary>Changes of the keys whose events a shard keeps.</summary>
    KeptKeys = 11,

    /// <summary>An event of a shard, copied forward because its key waits.</summary>
    KeptEvent = 12,
}
