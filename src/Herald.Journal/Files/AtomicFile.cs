namespace Herald.Journal.Files;

/// <summary>Replaces a file as a whole: writes a temporary file beside it, syncs it, renames it, and syncs the directory.</summary>
internal static class AtomicFile
{
    public static void Write(IJournalFiles files, string path, string directory, Action<IJournalFile> write)
    {
        var temporary = path + ".new";
        try
        {
            using (var file = files.Open(temporary, create: true))
            {
                file.Truncate(0);
                write(file);
                file.Sync();
            }
        }
        catch (JournalFileException)
        {
            files.Delete(temporary);
            throw;
        }
        files.Rename(temporary, path);
        files.SyncDirectory(directory);
    }
}
