namespace Herald.Soak;

/// <summary>A broken promise.</summary>
/// <param name="Invariant">Its number in ARCHITECTURE.md; null when the soak itself could not go on.</param>
/// <param name="Trace">The last lines of the trace.</param>
internal sealed record SoakBreak(int? Invariant, string What, string Trace);
