using System.Globalization;

namespace Herald.StoreBench.Figures;

/// <summary>What this process has written since its start, by the kernel's count.</summary>
/// <param name="Given">Bytes given to write calls.</param>
/// <param name="Written">
/// Bytes of the pages that became dirty, which the kernel must write to disk. A page that is changed again after a sync counts again. Where
/// the page cache holds a file in large pieces, a few changed bytes count as the whole piece, though the disk is given less.
/// </param>
internal readonly record struct ProcessIo(long Given, long Written)
{
    public static ProcessIo Now() => Parse(File.ReadAllLines("/proc/self/io"));

    /// <summary>Reads lines of the form <c>write_bytes: 123</c>.</summary>
    internal static ProcessIo Parse(IEnumerable<string> lines)
    {
        var fields = lines.Select(line => line.Split(':')).ToDictionary(
            parts => parts[0].Trim(), parts => long.Parse(parts[1], CultureInfo.InvariantCulture));
        return new(fields["wchar"], fields["write_bytes"]);
    }

    public static ProcessIo operator -(ProcessIo now, ProcessIo before) => new(now.Given - before.Given, now.Written - before.Written);
}
