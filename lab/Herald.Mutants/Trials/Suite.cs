namespace Herald.Mutants.Trials;

/// <summary>A test program.</summary>
/// <param name="Name">The name of its project.</param>
/// <param name="Content">The hash of its sources. Its passed runs count until the sources change.</param>
/// <param name="IsRepeatable">
/// Equal runs have equal results. Otherwise a failed test is run again, and counts only if it fails twice.
/// </param>
internal sealed record Suite(string Name, string Program, string Content, bool IsRepeatable, IReadOnlyList<SuitePart> Parts);
