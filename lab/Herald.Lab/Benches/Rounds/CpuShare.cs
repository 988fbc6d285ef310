namespace Herald.Lab.Benches.Rounds;

/// <summary>The CPU use of one process, in cores: 1.0 is one core that is busy all the time.</summary>
internal sealed record CpuShare(string Process, double Cores);
