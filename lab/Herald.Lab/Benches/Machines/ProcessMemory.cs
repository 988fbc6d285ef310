using System.Globalization;

namespace Herald.Lab.Benches.Machines;

/// <summary>The memory of a process in RAM, now and at its highest since the start.</summary>
internal readonly record struct ProcessMemory(long ResidentBytes, long PeakBytes)
{
    public static ProcessMemory Of(int process)
    {
        var lines = File.ReadAllLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/status"));
        return new(Machine.Bytes(Machine.Field(lines, "VmRSS")), Machine.Bytes(Machine.Field(lines, "VmHWM")));
    }
}
