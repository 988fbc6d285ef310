using System.Globalization;

namespace Herald.StoreBench.Figures;

/// <summary>The disk, or its part, on which a directory lies, with the kernel's count of what it was given to write.</summary>
/// <param name="Device">The numbers of the device, such as <c>8:1</c>.</param>
internal sealed record Disk(string Device)
{
    private const int SectorBytes = 512, SectorsWritten = 6;

    private string Counts => $"/sys/dev/block/{Device}/stat";

    /// <param name="mounts">The lines of <c>/proc/self/mountinfo</c>.</param>
    /// <returns>Null for a file system that is not on one device, such as one in memory.</returns>
    public static Disk? Of(string directory, IEnumerable<string> mounts)
    {
        var disk = Find(directory, mounts);
        return disk is not null && File.Exists(disk.Counts) ? disk : null;
    }

    public long Written() =>
        long.Parse(File.ReadAllText(Counts).Split(' ', StringSplitOptions.RemoveEmptyEntries)[SectorsWritten], CultureInfo.InvariantCulture) * SectorBytes;

    /// <summary>The fields of a line are an id, the parent's id, the device, a root, the mount point, and more.</summary>
    internal static Disk? Find(string directory, IEnumerable<string> mounts) => mounts.Select(line => line.Split(' '))
        .Where(fields => fields[4] == "/" || directory == fields[4] || directory.StartsWith(fields[4] + '/', StringComparison.Ordinal))
        // Of two mounts on one directory, the later one counts.
        .OrderBy(fields => fields[4].Length).LastOrDefault() is { } deepest ? new Disk(deepest[2]) : null;
}
