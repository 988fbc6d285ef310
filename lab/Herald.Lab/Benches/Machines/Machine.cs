using System.Globalization;

namespace Herald.Lab.Benches.Machines;

/// <summary>A description of the machine, without which figures mean nothing.</summary>
/// <param name="SyncsPerSecond">The rate of the disk that is measured on; see <see cref="SyncRate"/>.</param>
internal sealed record Machine(int Cores, string Cpu, long MemoryBytes, string Kernel, string Dotnet, double SyncsPerSecond)
{
    public static Machine Describe(double syncsPerSecond) => new(
        Environment.ProcessorCount,
        Field(File.ReadLines("/proc/cpuinfo"), "model name") ?? "an unnamed CPU",
        Bytes(Field(File.ReadLines("/proc/meminfo"), "MemTotal")),
        File.ReadAllText("/proc/sys/kernel/osrelease").Trim(),
        Environment.Version.ToString(),
        syncsPerSecond);

    /// <summary>A form that fits into a sentence.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Cores} cores ({Cpu}), {MemoryBytes / (double)(1 << 30):0.0} GiB of memory, Linux {Kernel}, "
            + $".NET {Dotnet}, {SyncsPerSecond:N0} fsyncs/s");

    /// <summary>The value of the first line <c>name : value</c>; null when there is no such line.</summary>
    internal static string? Field(IEnumerable<string> lines, string name) =>
        lines.Select(line => line.Split(':', 2)).FirstOrDefault(parts => parts.Length == 2 && parts[0].Trim() == name)?[1].Trim();

    /// <summary>Parses a text like <c>24682008 kB</c>.</summary>
    internal static long Bytes(string? kibibytes) =>
        kibibytes is null ? 0 : long.Parse(kibibytes.Split(' ')[0], CultureInfo.InvariantCulture) << 10;
}
