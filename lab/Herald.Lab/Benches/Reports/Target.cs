using System.Globalization;

namespace Herald.Lab.Benches.Reports;

/// <summary>The target of a figure.</summary>
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

    /// <summary>At most this many times the limit.</summary>
    public sealed record RatioAtMost(double Times) : Target
    {
        public override bool IsReachedBy(BenchRow row) => row.Ratio <= Times;
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"ratio ≤ {Times:0.00}");
    }

    /// <summary>At most this value, or at most the limit, because then the machine itself is the cause.</summary>
    public sealed record AtMostOrLimit(double Value) : Target
    {
        public override bool IsReachedBy(BenchRow row) => row.Herald.Series.Median <= Value || row.Ratio <= 1;
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"≤ {Value:0.##}, or the limit's");
    }

    /// <summary>At most this many times the limit, or at most this much more: a small figure can double without any meaning.</summary>
    public sealed record CloseTo(double Times, double More) : Target
    {
        public override bool IsReachedBy(BenchRow row) =>
            row.Ratio <= Times || row.Limit is { } limit && row.Herald.Series.Median - limit.Series.Median <= More;

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"ratio ≤ {Times:0.00} or +{More:0.##}");
    }
}
