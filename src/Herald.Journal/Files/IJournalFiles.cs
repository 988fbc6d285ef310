namespace Herald.Journal.Files;

/// <summary>
/// The few things the journal asks of a file system. A seam for one reason: tests put a file system behind it that fills up,
/// fails, and forgets or tears whatever was not synced.
/// </summary>
internal interface IJournalFiles
{
    /// <summary>Creates the directory, for its owner only, when it is missing.</summary>
    void CreateDirectory(string path);

    /// <summary>Who may do what with the directory.</summary>
    UnixFileMode ModeOf(string directory);

    /// <summary>Full paths of the files in a directory, in no order; none when it does not exist.</summary>
    IReadOnlyList<string> List(string directory);

    bool Exists(string path);

    /// <summary>Opens for reading and writing, for its owner only.</summary>
    IJournalFile Open(string path, bool create);

    void Delete(string path);

    /// <summary>Replaces the target in one step. Durable only after <see cref="SyncDirectory"/>.</summary>
    void Rename(string from, string to);

    void SyncDirectory(string path);

    long FreeBytes(string directory);

    /// <summary>Held until disposed.</summary>
    /// <exception cref="JournalInUseException">Another process, or another journal of this one, holds it.</exception>
    IDisposable Lock(string directory);
}
