namespace Herald.Mutants.Reports;

/// <param name="Noticed">The mutants that this suite was the first to notice.</param>
/// <param name="Hung">How many of these it noticed because a run took too long.</param>
/// <param name="Ended">How many of these it noticed because the process ended.</param>
internal sealed record SuiteReport(string Suite, int Noticed, int Hung, int Ended)
{
    public static SuiteReport Of(IGrouping<string, Outcome> noticed) => new(
        noticed.Key, noticed.Count(), noticed.Count(outcome => outcome.How == "hangs"), noticed.Count(outcome => outcome.How == "ends"));
}
