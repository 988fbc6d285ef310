using Herald.Cli.Benching.Accepting;

namespace Herald.Cli.Benching;

/// <summary>All there are, in the order in which <c>bench all</c> runs them.</summary>
internal static class Benches
{
    public static IReadOnlyList<IBench> All { get; } = [new AcceptBench(1), new AcceptBench(AcceptBench.UsualBatch)];
}
