namespace Herald.Mutants.Trials;

/// <summary>The limits of one call.</summary>
/// <param name="Length">No trial begins after this time; null for no limit.</param>
/// <param name="Most">The number of trials.</param>
/// <param name="Of">A part of a project's name.</param>
/// <param name="Workers">The number of trials at the same time.</param>
internal sealed record Limits(TimeSpan? Length, int Most, string Of, int Workers);
