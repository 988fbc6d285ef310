namespace Herald.Lab.Benches.Reports;

/// <summary>One figure of a bench.</summary>
/// <param name="Name">What the figure is, for benches with more than one.</param>
/// <param name="Limit">The limit beside Herald's figure; null when there is nothing to compare with.</param>
internal sealed record BenchRow(string Name, Unit Unit, BenchSide? Limit, BenchSide Herald, IReadOnlyList<Target> Targets)
{
    public double? Ratio => Limit is null ? null : Herald.Series.Median / Limit.Series.Median;
}
