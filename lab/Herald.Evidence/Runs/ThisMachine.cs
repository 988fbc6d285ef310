using Herald.Evidence.Records;

namespace Herald.Evidence.Runs;

/// <summary>Reads the description of this machine from Linux.</summary>
internal static class ThisMachine
{
    public static Machine Look() => new(
        Environment.ProcessorCount,
        Field("/proc/cpuinfo", "model name") ?? "unknown",
        Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30), 1),
        Environment.OSVersion.Version.ToString());

    private static string? Field(string file, string name) => File.Exists(file)
        ? File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
        : null;
}
