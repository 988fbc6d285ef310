using Herald.Mutants.Sites;

namespace Herald.Mutants.Reports;

/// <summary>What is known of the mutants of one project.</summary>
/// <param name="Found">Changes that can be made, and compile.</param>
/// <param name="LeftOut">Changes that do not compile.</param>
/// <param name="Suites">How many each was the first to notice.</param>
/// <param name="Survivors">None noticed them. One that is believed to be equivalent has survived, too.</param>
internal sealed record ProjectReport(
    string Project, int Found, int LeftOut, int Drawn, int Tried, int Noticed, IReadOnlyList<SuiteReport> Suites, IReadOnlyList<Survivor> Survivors)
{
    /// <param name="tried">Of those drawn, in their order.</param>
    /// <param name="equivalents">What is believed of some, by their keys.</param>
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
