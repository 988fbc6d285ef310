using Herald.Cli.Benching.Running;

namespace Herald.Cli.Benching.Reporting;

/// <summary>What one of two measured things did, and what it took.</summary>
/// <param name="Cpu">What each process took while this was measured; empty where it was not.</param>
internal sealed record BenchSide(string Name, Series Series, IReadOnlyList<CpuShare> Cpu)
{
    /// <summary>
    /// What one event or delivery took of the machine, where the series counts them by the second. On a machine that others use as well
    /// it is steadier than the series.
    /// </summary>
    public double CpuMicroseconds => Cpu.Sum(share => share.Cores) / Series.Rounds.Average() * 1_000_000;
}
