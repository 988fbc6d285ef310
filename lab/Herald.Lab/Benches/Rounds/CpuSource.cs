using Herald.Lab.Benches.Machines;
using Herald.Lab.Clusters;
using Herald.Lab.Processes;

namespace Herald.Lab.Benches.Rounds;

/// <summary>CPU that one process, or what stands for it, has taken since its start.</summary>
internal sealed record CpuSource(string Name, Func<TimeSpan> Read)
{
    public static CpuSource Of(ChildProcess process) => new(process.Name, () => ProcessTimes.Of(process.Id).Own);

    /// <param name="name">Of what the process that measures does beside measuring.</param>
    public static CpuSource OfThisProcess(string name) => new(name, () => ProcessTimes.Of(Environment.ProcessId).Own);

    public static CpuSource Of(ClusterNode node) => Of(node.Process) with { Name = node.Name };

    /// <summary>For programs that are started and waited for anew each round: nothing else of ours ends within one.</summary>
    public static CpuSource OfEndedChildren(string name) => new(name, () => ProcessTimes.Of(Environment.ProcessId).EndedChildren);
}
