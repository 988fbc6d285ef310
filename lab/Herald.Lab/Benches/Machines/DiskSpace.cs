namespace Herald.Lab.Benches.Machines;

/// <summary>Checks the room for the files of a bench.</summary>
internal static class DiskSpace
{
    /// <summary>An event with 256 bytes of payload and everything that is stored with it; a generous estimate.</summary>
    private const long BytesPerEvent = 700;

    /// <exception cref="BenchException">There is not enough room.</exception>
    public static void Require(DirectoryInfo directory, long events)
    {
        var (needed, free) = (events * BytesPerEvent, new DriveInfo(directory.FullName).AvailableFreeSpace);
        if (free < needed)
            throw new BenchException(
                $"{events:N0} events need {Gigabytes(needed)} of disk, and {directory.FullName} has {Gigabytes(free)} left. Choose "
                    + "another disk with --data DIR.");
    }

    /// <summary>The size of all files in a directory.</summary>
    public static long Used(DirectoryInfo directory) => directory.EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);

    private static string Gigabytes(long bytes) => FormattableString.Invariant($"{bytes / 1e9:0.0} GB");
}
