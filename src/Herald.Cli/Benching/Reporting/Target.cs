using System.Globalization;

namespace Herald.Cli.Benching.Reporting;

/// <summary>What a figure must hold to.</summary>
internal abstract record Target
{
    private Target() { }

    public abstract bool IsReachedBy(BenchRow row);

    /// <summary>At least this share of the limit.</summary>
    public sealed record RatioAtLeast(double Share) : Target
    {
        public override bool IsReachedBy(BenchRow row) => row.Ratio >= Share;
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"ratio ≥ {Share:0.00}");
    }

    public sealed record AtLeast(double Value) : Target
    {
        public override bool IsReachedBy(BenchRow row) => row.Herald.Series.Median >= Value;
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"≥ {Value:N0}");
    }
}
