namespace Herald.StoreBench;

/// <summary>A directory of its own for a run, on a real disk. It is removed at the end.</summary>
internal sealed class BenchDirectory : IDisposable
{
    /// <summary>The journal takes no more events when 256 MiB are left. Large groups write some hundred megabytes a second.</summary>
    private const long LeastFree = 1L << 30, FreeForSecond = 1L << 29, MostFree = 12L << 30;

    private BenchDirectory(string path) => Path = path;

    public string Path { get; }

    /// <param name="parent">The directory that the user chose; null for the directory for temporary files.</param>
    /// <param name="round">The length of a round. The data of each round is removed before the next.</param>
    /// <exception cref="StoreBenchException">It cannot be created, is in memory, or has too little room.</exception>
    public static BenchDirectory Create(DirectoryInfo? parent, TimeSpan round)
    {
        if (!OperatingSystem.IsLinux())
            throw new StoreBenchException("The bench needs Linux, because it reads from /proc what was written.");
        var chosen = parent?.FullName ?? System.IO.Path.GetTempPath();
        if (!Directory.Exists(chosen))
            throw new StoreBenchException($"--data {chosen}: the directory does not exist.");
        var drive = new DriveInfo(chosen);
        if (drive.DriveFormat is "tmpfs" or "ramfs")
            throw new StoreBenchException($"{chosen} is a RAM disk, where an fsync costs nothing. Choose a directory on a real disk with --data DIR.");
        var needed = Math.Min(MostFree, LeastFree + (long)(round.TotalSeconds * FreeForSecond));
        if (drive.AvailableFreeSpace < needed)
            throw new StoreBenchException(FormattableString.Invariant(
                $"{chosen} has {drive.AvailableFreeSpace / 1e9:0.0} GB left, and the bench needs {needed / 1e9:0.0} GB. Choose another disk with --data DIR."));
        try
        {
            return new(Directory.CreateDirectory(System.IO.Path.Combine(chosen, $"herald-store-bench-{Guid.CreateVersion7():n}")).FullName);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StoreBenchException($"The directory to measure in cannot be created: {failure.Message} Choose one with --data DIR.");
        }
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
