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
        files.CreateDirectory(Root);
        DirectoryCheck.Check(files, Root, notice);
        // The identity is written after this, so it proves that the names above it are durable.
        if (!files.Exists(Identity))
            SyncNamesAbove(files, notice);
        files.CreateDirectory(Log);
        files.CreateDirectory(Index);
    }

    // Which directories are new is not known: an earlier process may have created some and ended before their syncs.
    private void SyncNamesAbove(IJournalFiles files, Action<string> notice)
    {
        for (var above = Path.GetDirectoryName(Path.GetFullPath(Root)); above is not null; above = Path.GetDirectoryName(above))
        {
            try
            {
                files.SyncDirectory(above);
            }
            catch (JournalFileException refused) when (refused.Error is Libc.Eacces)
            {
                notice(
                    $"The names in '{above}' could not be synced, because this user may not read that directory. If '{Root}' was created only "
                        + "now, run `sync` once: until then a loss of power can take the whole directory.");
            }
            catch (JournalFileException refused) when (refused.Error is Libc.Einval or Libc.Erofs)
            {
                // The file system has no syncs of directories, or it is read-only, so that no name in it is new.
            }
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
