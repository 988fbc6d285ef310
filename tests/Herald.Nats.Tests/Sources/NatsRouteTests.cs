using Herald.Nats.Sources;

namespace Herald.Nats.Tests.Sources;

public sealed class NatsRouteTests
{
    [Fact]
    public void Two_sources_over_one_stream_or_over_one_subject_are_in_the_way_of_each_other_in_one_group()
    {
        var a = Of("a");
        AssertInTheWay(true, a, Of("a"));
        AssertInTheWay(false, a, a with { Group = "other" });
        AssertInTheWay(true, a with { Group = "other" }, a with { Group = "other" });
        AssertInTheWay(true, a, a with { Group = "herald" });
        AssertInTheWay(false, a, Of("b"));
        AssertInTheWay(true, Of("*"), Of("b"));
        AssertInTheWay(false, a, a with { Cluster = "side" });
        AssertInTheWay(true, a with { Stream = "s" }, Of("b") with { Stream = "s" });
        AssertInTheWay(false, a with { Stream = "s" }, Of("b") with { Stream = "s", Group = "other" });
        AssertInTheWay(false, a with { Stream = "s" }, a);
    }

    [Fact]
    public void A_message_must_not_match_two_subjects()
    {
        Assert.Null(Of("a.*", "b.>").Overlapping());
        Assert.Equal("a.b", Of("a.*", "a.b").Overlapping());
    }

    [Theory]
    [InlineData("orders.>", true)]
    [InlineData("returns.*.eu", true)]
    [InlineData("a..b", false)]
    [InlineData("a.>.b", false)]
    [InlineData("", false)]
    public void Subjects_are_those_that_can_be_subscribed(string text, bool isOne) => Assert.Equal(isOne, SubjectForm.Accepts(text));

    private static NatsRoute Of(params string[] subjects) => new() { Cluster = "main", Subject = subjects, To = "x" };

    private static void AssertInTheWay(bool expected, NatsRoute one, NatsRoute other)
    {
        Assert.Equal(expected, one.IsInTheWayOf(other, "herald"));
        Assert.Equal(expected, other.IsInTheWayOf(one, "herald"));
    }
}
