namespace Herald.Mutants.Trials;

/// <summary>What one call is to do.</summary>
/// <param name="Length">After so long no trial begins; null: never.</param>
/// <param name="Most">Trials.</param>
/// <param name="Of">Part of a project's name.</param>
/// <param name="Workers">Trials at once.</param>
internal sealed record Limits(TimeSpan? Length, int Most, string Of, int Workers);
