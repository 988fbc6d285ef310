using Herald.Mutants.Sites;

namespace Herald.Mutants.Reports;

/// <summary>A mutant that no suite noticed.</summary>
/// <param name="Suites">The number of suites that reached it.</param>
/// <param name="Equivalent">Why no suite can notice it, if that is believed.</param>
internal sealed record Survivor(string File, int Line, string Member, string Before, string After, int Suites, string? Equivalent)
{
    public static Survivor Of(Mutant mutant, Outcome outcome, string? equivalent) =>
        new(mutant.File, mutant.Line, mutant.Member, mutant.Before, mutant.After, outcome.Passed.Count, equivalent);
}
