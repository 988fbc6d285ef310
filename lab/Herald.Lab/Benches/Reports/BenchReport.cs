using Herald.Lab.Benches.Machines;

namespace Herald.Lab.Benches.Reports;

/// <summary>All there is to say about one run of a bench.</summary>
/// <param name="Matters">What to look at, and why.</param>
/// <param name="IsBrief">It was only tried whether it works: the figures say nothing.</param>
/// <param name="Notes">What was set and used, for whoever compares.</param>
/// <param name="Failures">What was lost, refused or out of order; empty when all was well.</param>
internal sealed record BenchReport(
    string Name, string Matters, IReadOnlyList<BenchRow> Rows, bool IsBrief, Machine Machine, string Commit, IReadOnlyList<string> Notes, IReadOnlyList<string> Failures)
{
    public bool Passed => Failures.Count == 0;

    /// <summary>A figure does not hold to its target. Brief runs have no figures.</summary>
    public bool MissesTarget => !IsBrief && Rows.Any(row => row.Targets.Any(target => !target.IsReachedBy(row)));
}
