using System.Globalization;

namespace Herald.Lab.Benches.Machines;

/// <summary>CPU time that all cores together were busy since the start of the machine, whoever kept them busy.</summary>
internal static class MachineTimes
{
    private const int TicksPerSecond = 100;

    /// <summary>Of <c>user nice system idle iowait irq softirq steal</c>, those in which a core was not ours to have.</summary>
    private static readonly int[] Busy = [1, 2, 3, 6, 7, 8];

    public static TimeSpan Now() => Parse(File.ReadLines("/proc/stat").First());

    /// <summary>Reads the first line of <c>/proc/stat</c>.</summary>
    internal static TimeSpan Parse(string line)
    {
        var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return TimeSpan.FromSeconds(Busy.Sum(field => long.Parse(fields[field], CultureInfo.InvariantCulture)) / (double)TicksPerSecond);
    }
}
