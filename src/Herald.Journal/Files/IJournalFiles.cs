namespace Herald.Journal.Files;

/// <summary>
/// What the journal needs from a file system. It is an interface for one reason: tests replace it with a file system that becomes full,
/// fails, and loses or tears what was not synced.
/// </summary>
internal interface IJournalFiles
{
    /// <summary>
    /// Creates the directory if it is missing, accessible to its owner only. Those above it that are missing get the usual access. The name
    /// of each is durable only after <see cref="SyncDirectory"/> of the directory above it.
    /// </summary>
    void CreateDirectory(string path);

    /// <summary>Returns the access mode of the directory.</summary>
    UnixFileMode ModeOf(string directory);

    /// <summary>Returns the full paths of the files in a directory, in no order; none when the directory does not exist.</summary>
    IReadOnlyList<string> List(string directory);

    bool Exists(string path);

    /// <summary>Opens the file for reading and writing, accessible to its owner only.</summary>
    IJournalFile Open(string path, bool create);

    void Delete(string path);

    /// <summary>Replaces the target in one step. The change is durable only after <see cref="SyncDirectory"/>.</summary>
    void Rename(string from, string to);

    void SyncDirectory(string path);

    long FreeBytes(string directory);

    /// <summary>Locks the directory until the result is disposed.</summary>
    /// <exception cref="JournalInUseException">Another process, or another journal in this process, holds the lock.</exception>
    IDisposable Lock(string directory);
}
