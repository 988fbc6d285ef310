namespace Herald.Lab.Benches.Rounds;

/// <summary>What one process took, in cores: 1.0 is one core busy all the time.</summary>
internal sealed record CpuShare(string Process, double Cores);
