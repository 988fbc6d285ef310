namespace Herald.Journal.Files;

/// <summary>
/// Counts what the journal takes on disk, and checks it against the two bounds. Only the writer uses it; any thread can read
/// <see cref="Taken"/>.
/// </summary>
internal sealed class DiskSpace(IJournalFiles files, JournalOptions options)
{
    private long _taken;

    public long Taken => Volatile.Read(ref _taken);

    public bool Allows(long bytes) =>
        (options.MaxBytes is not { } max || Taken + bytes <= max)
        && (options.MinFreeBytes == 0 || files.FreeBytes(options.Directory) - bytes >= options.MinFreeBytes);

    public void Add(long bytes) => Volatile.Write(ref _taken, _taken + bytes);
}
