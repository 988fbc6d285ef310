using Herald.Lab.Benches.Machines;

namespace Herald.Lab.Benches.Reports;

/// <summary>The complete report of one run of a bench.</summary>
/// <param name="Matters">Which figure is important, and why.</param>
/// <param name="IsBrief">The run only checked that the bench works, so its figures mean nothing.</param>
/// <param name="Notes">The settings and tools of the run, for readers who compare runs.</param>
/// <param name="Failures">Everything that was lost, refused or out of order; empty when the run succeeded.</param>
internal sealed record BenchReport(
    string Name, string Matters, IReadOnlyList<BenchRow> Rows, bool IsBrief, Machine Machine, string Commit, IReadOnlyList<string> Notes,
    IReadOnlyList<string> Failures)
{
    public bool Passed => Failures.Count == 0;

    /// <summary>A figure misses its target. Brief runs have no targets.</summary>
    public bool MissesTarget => !IsBrief && Rows.Any(row => row.Targets.Any(target => !target.IsReachedBy(row)));
}
