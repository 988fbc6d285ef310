namespace Herald.Cli.Benching.Running;

/// <summary>What a process took of the machine while it was measured, in cores.</summary>
internal sealed record CpuShare(string Process, double Cores);
