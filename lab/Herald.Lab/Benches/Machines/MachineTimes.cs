using System.Globalization;

namespace Herald.Lab.Benches.Machines;

/// <summary>The CPU time for which all cores together were busy with any process, since the machine started.</summary>
internal static class MachineTimes
{
    private const int TicksPerSecond = 100;

    /// <summary>
    /// The fields of <c>user nice system idle iowait irq softirq steal</c> that count time in which a core was not available: all except
    /// idle and iowait.
    /// </summary>
    private static readonly int[] Busy = [1, 2, 3, 6, 7, 8];

    public static TimeSpan Now() => Parse(File.ReadLines("/proc/stat").First());

    /// <summary>Reads the first line of <c>/proc/stat</c>.</summary>
    internal static TimeSpan Parse(string line)
    {
        var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return TimeSpan.FromSeconds(Busy.Sum(field => long.Parse(fields[field], CultureInfo.InvariantCulture)) / (double)TicksPerSecond);
    }
}
