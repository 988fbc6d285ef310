namespace Herald.Soak;

/// <summary>A promise that was not kept.</summary>
/// <param name="Invariant">By its number in ARCHITECTURE.md; null when the soak itself could not go on.</param>
/// <param name="Trace">Its last lines.</param>
internal sealed record SoakBreak(int? Invariant, string What, string Trace);
