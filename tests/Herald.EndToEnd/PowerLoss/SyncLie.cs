namespace Herald.EndToEnd.PowerLoss;

/// <summary>The syncs that a faulty disk reports as done and does not do.</summary>
internal enum SyncLie
{
    None,

    /// <summary>Those of log files.</summary>
    Segments,

    /// <summary>Those of directories: names that were created, replaced or removed.</summary>
    Directories,

    /// <summary>Those of checkpoints before they are renamed.</summary>
    Checkpoints,
}
