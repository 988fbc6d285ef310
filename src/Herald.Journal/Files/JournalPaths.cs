using System.Globalization;

namespace Herald.Journal.Files;

/// <summary>The path of each file of a journal.</summary>
internal sealed record JournalPaths(string Root)
{
    public string Log => Path.Combine(Root, "journal");
    public string Index => Path.Combine(Root, "index");
    public string Identity => Path.Combine(Root, "identity");
    public string Checkpoint => Path.Combine(Root, "checkpoint");

    /// <summary>Exists while an import is under way: the other files are not a store yet.</summary>
    public string Importing => Path.Combine(Root, "importing");
    public string Reserve => Path.Combine(Log, "reserve");

    /// <summary>Creates the directories that are missing.</summary>
    /// <exception cref="JournalDirectoryException">Every user can write to the root.</exception>
    public void Create(IJournalFiles files, Action<string> notice)
    {
        // The identity is written after this, so it proves that the names are durable.
        if (!files.Exists(Identity))
            CreateDurable(files, Path.TrimEndingDirectorySeparator(Path.GetFullPath(Root)));
        DirectoryCheck.Check(files, Root, notice);
        files.CreateDirectory(Log);
        files.CreateDirectory(Index);
    }

    /// <summary>Creates the directory, and those above it that are missing. Each name is durable before anything relies on it.</summary>
    /// <remarks>
    /// The name of an existing directory is synced, too: an earlier process may have created it and ended before its sync. The names above
    /// that one were synced before it was created.
    /// </remarks>
    private static void CreateDurable(IJournalFiles files, string path)
    {
        if (Path.GetDirectoryName(path) is not { } above)
            return;
        if (!files.DirectoryExists(path))
            CreateDurable(files, above);
        files.CreateDirectory(path);
        SyncNames(files, above);
    }

    // A directory that this user may not read, or on a file system that has no syncs: whoever made the name must have made it durable.
    private static void SyncNames(IJournalFiles files, string directory)
    {
        try
        {
            files.SyncDirectory(directory);
        }
        catch (JournalFileException refused) when (refused.Error is Libc.Eacces or Libc.Einval)
        {
        }
    }

    public string Segment(uint number) => Path.Combine(Log, number.ToString("D10", CultureInfo.InvariantCulture) + ".log");

    public string IndexChunk(int shard, long chunk) =>
        Path.Combine(Index, string.Create(CultureInfo.InvariantCulture, $"{shard:D4}-{chunk:D8}.idx"));

    public static uint? SegmentNumber(string path) =>
        Path.GetExtension(path) == ".log"
            && uint.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
