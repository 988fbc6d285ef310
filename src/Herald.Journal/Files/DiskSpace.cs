namespace Herald.Journal.Files;

/// <summary>What the journal takes on disk, held against its two bounds. Used by the writer alone; <see cref="Taken"/> by anyone.</summary>
internal sealed class DiskSpace(IJournalFiles files, JournalOptions options)
{
    private long _taken;

    public long Taken => Volatile.Read(ref _taken);

    public bool Allows(long bytes) =>
        (options.MaxBytes is not { } max || Taken + bytes <= max)
        && (options.MinFreeBytes == 0 || files.FreeBytes(options.Directory) - bytes >= options.MinFreeBytes);

    public void Add(long bytes) => Volatile.Write(ref _taken, _taken + bytes);
}
