namespace Herald.Mutants.Trials;

/// <summary>A test program.</summary>
/// <param name="Name">Of its project.</param>
/// <param name="Content">Of its sources: what it has passed counts until they change.</param>
/// <param name="IsRepeatable">
/// The same run has the same outcome. Otherwise a test that fails is run again, and counts when it fails twice.
/// </param>
internal sealed record Suite(string Name, string Program, string Content, bool IsRepeatable, IReadOnlyList<SuitePart> Parts);
