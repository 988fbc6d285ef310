namespace Herald.EndToEnd.PowerLoss;

/// <summary>How much of what was not synced is on the disk after a loss of power.</summary>
internal enum Fate
{
    Nothing,
    Everything,

    /// <summary>Of each file one of its lengths since the last sync, and of each sector (512 bytes) one of its contents.</summary>
    Sectors,

    /// <summary>The same with pages of 4 KiB.</summary>
    Pages,

    /// <summary>Of each file one of its lengths. Each write arrived as a whole or not at all.</summary>
    Writes,
}
