using System.Globalization;

namespace Herald.Lab.Benches.Reports;

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

    public sealed record AtMost(double Value) : Target
    {
        public override bool IsReachedBy(BenchRow row) => row.Herald.Series.Median <= Value;
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"≤ {Value:#,0.##}");
    }

    /// <summary>At most so many times the limit.</summary>
    public sealed record RatioAtMost(double Times) : Target
    {
        public override bool IsReachedBy(BenchRow row) => row.Ratio <= Times;
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"ratio ≤ {Times:0.00}");
    }

    /// <summary>At most so much, or no more than the limit, which is then the machine's own doing.</summary>
    public sealed record AtMostOrLimit(double Value) : Target
    {
        public override bool IsReachedBy(BenchRow row) => row.Herald.Series.Median <= Value || row.Ratio <= 1;
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"≤ {Value:0.##}, or the limit's");
    }

    /// <summary>At most so many times the limit, or at most so much more: what is small may double without meaning anything.</summary>
    public sealed record CloseTo(double Times, double More) : Target
    {
        public override bool IsReachedBy(BenchRow row) =>
            row.Ratio <= Times || row.Limit is { } limit && row.Herald.Series.Median - limit.Series.Median <= More;

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"ratio ≤ {Times:0.00} or +{More:0.##}");
    }
}
