using Herald.Lab.Benches.Reports;
using Xunit;

namespace Herald.Lab.Tests.Benches.Reports;

public sealed class ChanceTests
{
    [Fact]
    public void Rounds_that_are_alike_are_not_apart() => Assert.Equal(0, Chance.Apart([2, 2, 2, 2, 2, 2], 3));

    [Fact]
    public void Of_rounds_that_differ_medians_are_apart_by_less_than_the_rounds_and_the_same_each_time()
    {
        double[] rounds = [.. Enumerable.Range(1, 30).Select(i => (double)i)];
        var apart = Chance.Apart(rounds, 5);
        Assert.InRange(apart, 10, 28);
        Assert.Equal(apart, Chance.Apart(rounds, 5));
        Assert.True(Chance.Apart(rounds, 15) < apart);
    }

    [Theory]
    [InlineData(new double[0], 0)]
    [InlineData(new[] { 1.0 }, 0)]
    [InlineData(new[] { 1.0, 3.0 }, 2)]
    public void With_few_rounds_groups_are_small(double[] rounds, double apart) => Assert.Equal(apart, Chance.Apart(rounds, 5));
}
