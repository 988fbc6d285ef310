using System.Globalization;
using System.Reflection;

namespace Herald.StoreBench.Reports;

/// <summary>Where the figures were measured, and which sources were measured.</summary>
internal sealed record Machine(int Cores, string Cpu, double MemoryGiB, string Kernel, string Dotnet, string FileSystem, string Version)
{
    public static Machine Describe(string directory) => new(
        Environment.ProcessorCount,
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "an unnamed CPU",
        Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1 << 30), 1),
        File.ReadAllText("/proc/sys/kernel/osrelease").Trim(),
        Environment.Version.ToString(),
        new DriveInfo(directory).DriveFormat,
        // Its end is the commit that was built.
        typeof(Machine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown");

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Cores} cores of {Cpu}, {MemoryGiB:0.0} GiB, {FileSystem}, Linux {Kernel}, .NET {Dotnet}; Herald {Version}");
}
