using Herald.Lab.Benches.Rounds;

namespace Herald.Lab.Benches.Reports;

/// <summary>What one of two measured things did, and what it took.</summary>
internal sealed record BenchSide(string Name, Series Series, CpuUse Cpu)
{
    /// <summary>
    /// What one event or delivery took of the machine, where the series counts them by the second. On a machine that others use as well
    /// it is steadier than the series.
    /// </summary>
    public double CpuMicroseconds => Cpu.Total / Series.Rounds.Average() * 1_000_000;
}
