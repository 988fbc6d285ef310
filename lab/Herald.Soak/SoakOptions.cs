using Herald.Soak.Faults;

namespace Herald.Soak;

/// <param name="Length">Of the load; setting up and settling come besides.</param>
/// <param name="Round">After so long everything is let settle, and a new round begins.</param>
/// <param name="Rate">Events a second, over all entrances.</param>
/// <param name="Keep">Where logs, traces and data stay; null when they may go if nothing is broken.</param>
/// <param name="Json">Where the figures go; null for nowhere.</param>
/// <param name="Only">The faults that happen.</param>
/// <param name="Plant">A mistake to make, to see whether it is noticed; null for none.</param>
internal sealed record SoakOptions(
    TimeSpan Length, TimeSpan Round, int Seed, int Rate, string? Keep, string? Json, IReadOnlyList<FaultKind> Only, string? Plant);
