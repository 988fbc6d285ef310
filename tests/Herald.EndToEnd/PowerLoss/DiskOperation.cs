namespace Herald.EndToEnd.PowerLoss;

/// <summary>What a record of the log says; the numbers are those of <c>recorder.c</c>.</summary>
internal enum DiskOperation
{
    Open = 1,
    Create,
    MakeDirectory,
    Unlink,
    RemoveDirectory,
    Rename,
    Write,
    Truncate,
    Allocate,
    Free,
    Sync,
    SyncDirectory,
}
