using Herald.Engine.Catalogs;

namespace Herald.Simulation.Judges;

/// <summary>Where a creation or a replay was asked to begin.</summary>
/// <param name="Heads">Per shard, the last sequence when it was asked.</param>
internal sealed record Intent(StartFrom From, IReadOnlyList<long> Heads);
