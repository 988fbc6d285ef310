using Herald.Judging.Orders;
using Herald.Judging.Traces;
using Xunit;

namespace Herald.Judge.Tests;

public sealed class FactTests
{
    [Fact]
    public void A_line_is_read_as_it_was_written()
    {
        var fact = new Fact(12, "node 1", "attempt", ("key", "a\tb\\t\nc"), ("nothing", null), ("number", "3"));
        var read = Fact.Parse(fact.ToString());
        Assert.Equal((12, "node 1", "attempt"), (read.AtMs, read.Who, read.Verb));
        Assert.Equal("a\tb\\t\nc", read.Text("key"));
        Assert.Equal(3, read.Number("number"));
        Assert.Null(read.Find("nothing"));
    }

    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("3d", 259_200_000)]
    public void Durations_are_read_as_operators_write_them(string text, double ms) => Assert.Equal(ms, Durations.ParseMs(text));

    [Fact]
    public void A_filter_wants_one_value_of_each_attribute_it_names()
    {
        var definition = Definition.Parse("""{"topic":"t","filter":{"type":["a","b"],"tint":["red"]}}""");
        Dictionary<string, string> red = new() { ["tint"] = "red" }, blue = new() { ["tint"] = "blue" };
        Assert.True(definition.Wants("t", "a", red));
        Assert.False(definition.Wants("t", "a", blue));
        Assert.False(definition.Wants("t", null, red));
        Assert.False(definition.Wants("other", "a", red));
    }

    [Fact]
    public void Waits_are_those_of_the_policy()
    {
        var rule = Definition.Parse("""{"topic":"t","retry":{"base":"1s","factor":2,"cap":"10s","jitter":0.5,"first":["50ms"]}}""").Retry;
        Assert.Equal(25, rule.LeastWaitMs(1));
        Assert.Equal(1500, rule.MostWaitMs(1));
        Assert.Equal(500, rule.LeastWaitMs(2));
        Assert.Equal(15_000, rule.MostWaitMs(9));
    }
}
