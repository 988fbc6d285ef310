using Herald.Mutants.Sites;

namespace Herald.Mutants.Reports;

/// <summary>The results for the mutants of one project.</summary>
/// <param name="Found">Possible changes that compile.</param>
/// <param name="LeftOut">Possible changes that do not compile.</param>
/// <param name="Suites">How many mutants each suite was the first to notice.</param>
/// <param name="Survivors">The mutants that no suite noticed, including those that are believed to be equivalent.</param>
internal sealed record ProjectReport(
    string Project, int Found, int LeftOut, int Drawn, int Tried, int Noticed, IReadOnlyList<SuiteReport> Suites,
    IReadOnlyList<Survivor> Survivors)
{
    /// <param name="tried">The drawn mutants that were tried, in the order of the draw.</param>
    /// <param name="equivalents">The reasons why some mutants are believed to be equivalent, by their keys.</param>
    public static ProjectReport Of(
        string project, int found, int leftOut, int drawn,
        IReadOnlyList<(Mutant Mutant, Outcome Outcome)> tried, IReadOnlyDictionary<string, string> equivalents)
    {
        var noticed = tried.Where(one => one.Outcome.IsNoticed).Select(one => one.Outcome).ToList();
        var suites = noticed.GroupBy(outcome => outcome.Suite!).Select(SuiteReport.Of);
        var survivors = tried.Where(one => !one.Outcome.IsNoticed)
            .Select(one => Survivor.Of(one.Mutant, one.Outcome, equivalents.GetValueOrDefault(one.Mutant.Key)));
        return new(
            project, found, leftOut, drawn, tried.Count, noticed.Count,
            [.. suites.OrderByDescending(suite => suite.Noticed).ThenBy(suite => suite.Suite, StringComparer.Ordinal)],
            [.. survivors.OrderBy(survivor => survivor.File, StringComparer.Ordinal).ThenBy(survivor => survivor.Line)]);
    }
}
