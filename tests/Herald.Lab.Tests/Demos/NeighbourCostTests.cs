using Herald.Lab.Demos;
using Herald.Lab.Ledgers;
using Xunit;

namespace Herald.Lab.Tests.Demos;

public sealed class NeighbourCostTests
{
    private readonly NeighbourCost _cost = new();

    [Theory]
    [InlineData(3, 3)]
    [InlineData(3, 4.9)]
    [InlineData(100, 145)]
    [InlineData(3, 0.5)]
    public void A_difference_that_chance_explains_is_no_cost(double calmMs, double besideMs)
    {
        Record(_cost.Calm, calmMs);
        Record(_cost.Beside, besideMs);
        Assert.StartsWith("\"dying\" was down for 10 s. Meanwhile \"healthy\" was as fast as before, but for chance (p99 ", Sentence(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, 6)]
    [InlineData(100, 160)]
    public void A_larger_difference_is_told(double calmMs, double besideMs)
    {
        Record(_cost.Calm, calmMs);
        Record(_cost.Beside, besideMs);
        Assert.StartsWith("\"dying\" was down for 10 s. Meanwhile \"healthy\" was slower (p99 ", Sentence(), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_figures_nothing_is_claimed()
    {
        Record(_cost.Calm, 3);
        Assert.Equal("\"dying\" was down for 10 s. The run was too short to say what that cost \"healthy\".", Sentence());
    }

    private string Sentence() => _cost.Sentence("dying", TimeSpan.FromSeconds(10), "healthy");

    private static void Record(LatencyHistogram histogram, double ms) => histogram.Record(TimeSpan.FromMilliseconds(ms));
}
