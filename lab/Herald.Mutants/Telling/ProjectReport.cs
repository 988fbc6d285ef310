using Herald.Mutants.Finding;

namespace Herald.Mutants.Telling;

/// <summary>What is known of the mutants of one project.</summary>
/// <param name="Found">Changes that can be made, and compile.</param>
/// <param name="LeftOut">Changes that do not compile.</param>
/// <param name="Suites">How many each was the first to notice.</param>
/// <param name="Survivors">None noticed them. One that is believed to be equivalent has survived, too.</param>
internal sealed record ProjectReport(
    string Project, int Found, int LeftOut, int Drawn, int Tried, int Noticed, IReadOnlyList<SuiteReport> Suites, IReadOnlyList<Survivor> Survivors)
{
    /// <param name="tried">Of those drawn, in their order.</param>
    public static ProjectReport Of(
        string project, int found, int leftOut, int drawn, IReadOnlyList<(Mutant Mutant, Outcome Outcome)> tried, IReadOnlyDictionary<string, string> equivalents) => new(
            project, found, leftOut, drawn, tried.Count, tried.Count(one => one.Outcome.IsNoticed),
            [.. tried.Where(one => one.Outcome.IsNoticed).GroupBy(one => one.Outcome.Suite!)
                .Select(suite => new SuiteReport(suite.Key, suite.Count(), suite.Count(one => one.Outcome.How == "hangs"), suite.Count(one => one.Outcome.How == "ends")))
                .OrderByDescending(suite => suite.Noticed).ThenBy(suite => suite.Suite, StringComparer.Ordinal)],
            [.. tried.Where(one => !one.Outcome.IsNoticed)
                .Select(one => new Survivor(
                    one.Mutant.File, one.Mutant.Line, one.Mutant.Member, one.Mutant.Before, one.Mutant.After, one.Outcome.Passed.Count, equivalents.GetValueOrDefault(one.Mutant.Key)))
                .OrderBy(survivor => survivor.File, StringComparer.Ordinal).ThenBy(survivor => survivor.Line)]);
}
