using Herald.Lab.Benches.Rounds;

namespace Herald.Lab.Benches.Reports;

/// <summary>The figures of one of two measured sides, and the CPU that it used.</summary>
internal sealed record BenchSide(string Name, Series Series, CpuUse Cpu)
{
    /// <summary>
    /// The CPU time of one event or delivery, for a series in units per second. On a shared machine this is steadier than the series.
    /// </summary>
    public double CpuMicroseconds => Cpu.Total / Series.Rounds.Average() * 1_000_000;
}
