using Herald.Cli.Benching.Accepting;
using Herald.Cli.Benching.Delivering;

namespace Herald.Cli.Benching;

/// <summary>All there are, in the order in which <c>bench all</c> runs them.</summary>
internal static class Benches
{
    public static IReadOnlyList<IBench> All { get; } = [new AcceptBench(1), new AcceptBench(AcceptBench.UsualBatch), DeliverBench.Backlog, DeliverBench.Fanout];
}
