namespace Herald.Lab.Benches.Machines;

/// <summary>Room for what a bench writes.</summary>
internal static class DiskSpace
{
    /// <summary>256 bytes of payload with everything that is stored beside them, as a wide estimate.</summary>
    private const long BytesPerEvent = 700;

    /// <exception cref="BenchException">There is not enough.</exception>
    public static void Require(DirectoryInfo directory, long events)
    {
        var (needed, free) = (events * BytesPerEvent, new DriveInfo(directory.FullName).AvailableFreeSpace);
        if (free < needed)
            throw new BenchException($"{events:N0} events need {Gigabytes(needed)} of disk, and {directory.FullName} has {Gigabytes(free)} left. Name another disk: --data DIR.");
    }

    /// <summary>What a directory's files take.</summary>
    public static long Used(DirectoryInfo directory) => directory.EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);

    private static string Gigabytes(long bytes) => FormattableString.Invariant($"{bytes / 1e9:0.0} GB");
}
