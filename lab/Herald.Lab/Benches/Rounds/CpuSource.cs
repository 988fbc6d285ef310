using Herald.Lab.Benches.Machines;
using Herald.Lab.Clusters;
using Herald.Lab.Processes;

namespace Herald.Lab.Benches.Rounds;

/// <summary>The CPU time of one process, or of a group of processes, since its start.</summary>
internal sealed record CpuSource(string Name, Func<TimeSpan> Read)
{
    public static CpuSource Of(ChildProcess process) => new(process.Name, () => ProcessTimes.Of(process.Id).Own);

    /// <param name="name">What this process does beside measuring.</param>
    public static CpuSource OfThisProcess(string name) => new(name, () => ProcessTimes.Of(Environment.ProcessId).Own);

    public static CpuSource Of(ClusterNode node) => Of(node.Process) with { Name = node.Name };

    /// <summary>For programs that run anew in each round. No other children of this process end within a round.</summary>
    public static CpuSource OfEndedChildren(string name) => new(name, () => ProcessTimes.Of(Environment.ProcessId).EndedChildren);
}
