using Herald.Lab.Benches.Reports;
using Herald.Lab.Benches.Rounds;
using Xunit;

namespace Herald.Lab.Tests.Benches.Reports;

public sealed class TargetTests
{
    [Theory]
    [InlineData(10, 6, true)]
    [InlineData(10, 5.9, false)]
    public void At_least_a_share_of_the_limit(double limit, double herald, bool reached) => Assert.Equal(reached, new Target.RatioAtLeast(0.6).IsReachedBy(Row(limit, herald)));

    [Theory]
    [InlineData(10, 11, true)]
    [InlineData(10, 11.1, false)]
    public void At_most_some_times_the_limit(double limit, double herald, bool reached) => Assert.Equal(reached, new Target.RatioAtMost(1.1).IsReachedBy(Row(limit, herald)));

    [Theory]
    [InlineData(5, true)]
    [InlineData(5.1, false)]
    public void At_most_a_value_needs_no_limit(double herald, bool reached) => Assert.Equal(reached, new Target.AtMost(5).IsReachedBy(Row(null, herald)));

    [Theory]
    [InlineData(10, 11, true)]
    [InlineData(10, 11.1, false)]
    [InlineData(0.2, 0.7, true)]
    [InlineData(0.2, 0.8, false)]
    public void Close_to_the_limit_is_a_little_more_or_a_small_multiple(double limit, double herald, bool reached) =>
        Assert.Equal(reached, new Target.CloseTo(1.1, 0.5).IsReachedBy(Row(limit, herald)));

    [Theory]
    [InlineData(2, 10, true)]
    [InlineData(2, 10.1, false)]
    [InlineData(12, 12, true)]
    [InlineData(12, 12.1, false)]
    public void At_most_a_value_unless_the_limit_is_above_it(double limit, double herald, bool reached) =>
        Assert.Equal(reached, new Target.AtMostOrLimit(10).IsReachedBy(Row(limit, herald)));

    private static BenchRow Row(double? limit, double herald) =>
        new("figure", Unit.Milliseconds, limit is { } value ? Side(value) : null, Side(herald), []);

    private static BenchSide Side(double value) => new("side", new Series([value]), CpuUse.Unmeasured);
}
