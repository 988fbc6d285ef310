using Herald.Cli.Benching.Running;

namespace Herald.Cli.Benching.Reporting;

/// <summary>What one of two measured things did, and what it took.</summary>
/// <param name="Cpu">What each process took while this was measured; empty where it was not.</param>
internal sealed record BenchSide(string Name, Series Series, IReadOnlyList<CpuShare> Cpu);
