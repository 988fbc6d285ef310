using System.Globalization;

namespace Herald.Lab.Benches.Machines;

/// <summary>
/// The total time in which some process on the machine waited for a processor, since the machine started, as the kernel counts it.
/// </summary>
internal static class CpuPressure
{
    private const string Path = "/proc/pressure/cpu", Field = "total=";

    /// <summary>Null when the kernel does not count it.</summary>
    public static TimeSpan? Now() => File.Exists(Path) ? Parse(File.ReadLines(Path).First()) : null;

    /// <summary>Reads the line that begins with <c>some</c>.</summary>
    internal static TimeSpan Parse(string line)
    {
        var total = line.Split(' ').Last(field => field.StartsWith(Field, StringComparison.Ordinal))[Field.Length..];
        return TimeSpan.FromMicroseconds(long.Parse(total, CultureInfo.InvariantCulture));
    }
}
