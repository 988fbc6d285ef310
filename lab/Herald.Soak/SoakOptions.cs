using Herald.Soak.Faults;

namespace Herald.Soak;

/// <param name="Length">The time with load. Preparing and settling come in addition.</param>
/// <param name="Round">The length of a round. After it everything settles, and a new round begins.</param>
/// <param name="Rate">Events per second, over all entrances.</param>
/// <param name="Keep">The folder that keeps logs, traces and data; null to delete them when no promise is broken.</param>
/// <param name="Json">The file for the figures; null for none.</param>
/// <param name="Only">The kinds of faults that happen.</param>
/// <param name="Plant">A planted mistake, to check that the soak notices it; null for none.</param>
internal sealed record SoakOptions(
    TimeSpan Length, TimeSpan Round, int Seed, int Rate, string? Keep, string? Json, IReadOnlyList<FaultKind> Only, string? Plant);
