using Herald.Lab.Benches.Reports;
using Xunit;

namespace Herald.Lab.Tests.Benches.Reports;

public sealed class SeriesTests
{
    [Theory]
    [InlineData(3, new double[] { 3 })]
    [InlineData(2, new double[] { 9, 1, 2 })]
    [InlineData(2.5, new double[] { 9, 2, 1, 3 })]
    public void The_median_is_in_the_middle(double median, double[] rounds) => Assert.Equal(median, new Series(rounds).Median);

    [Fact]
    public void The_spread_is_from_the_lowest_to_the_highest()
    {
        var series = new Series([9, 1, 2]);
        Assert.Equal((1, 9), (series.Lowest, series.Highest));
    }
}
