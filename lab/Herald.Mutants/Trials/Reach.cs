namespace Herald.Mutants.Trials;

/// <summary>The mutants that a part of a suite reaches, and how long the part takes without a mutant.</summary>
/// <param name="Content">The content of the suite at that time.</param>
/// <param name="Judges">Whether it passes without a mutant. A part that fails cannot judge any mutant.</param>
/// <param name="Reached">The numbers of the mutants whose places it reaches.</param>
internal sealed record Reach(string Suite, string Part, string Content, bool Judges, double Seconds, IReadOnlyList<int> Reached);
