namespace Herald.Mutants.Reports;

/// <param name="Noticed">First of all suites.</param>
/// <param name="Hung">Of these, by taking too long.</param>
/// <param name="Ended">Of these, by the end of the process.</param>
internal sealed record SuiteReport(string Suite, int Noticed, int Hung, int Ended)
{
    public static SuiteReport Of(IGrouping<string, Outcome> noticed) => new(
        noticed.Key, noticed.Count(), noticed.Count(outcome => outcome.How == "hangs"), noticed.Count(outcome => outcome.How == "ends"));
}
