using Herald.StoreBench.Stores;

namespace Herald.StoreBench;

/// <summary>What a run measures.</summary>
/// <param name="Round">The length of a round.</param>
/// <param name="Rounds">Measured rounds of each store, in turn.</param>
/// <param name="Writers">How many writers wait for their own append at the same time.</param>
/// <param name="Groups">Numbers of events in one append.</param>
internal sealed record StoreBenchOptions(
    TimeSpan Round, int Rounds, int Writers, IReadOnlyList<int> Groups, IReadOnlyList<BenchStore> Stores);
