namespace Herald.Mutants.Trials;

/// <summary>What a part of a suite reaches, and how long it takes without a mutant.</summary>
/// <param name="Content">Of the suite, when this was found out.</param>
/// <param name="Judges">It passes without a mutant. What does not cannot judge any.</param>
/// <param name="Reached">Numbers of mutants whose places it reaches.</param>
internal sealed record Reach(string Suite, string Part, string Content, bool Judges, double Seconds, IReadOnlyList<int> Reached);
