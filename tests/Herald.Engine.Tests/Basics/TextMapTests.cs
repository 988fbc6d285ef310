using Herald.Engine.Basics;
using Xunit;

namespace Herald.Engine.Tests.Basics;

public sealed class TextMapTests
{
    private static readonly TextMap Two = TextMap.Of([new("b", "2"), new("a", "1")]);

    [Fact]
    public void Pairs_come_in_the_order_of_their_names() => Assert.Equal("a=1, b=2", $"{Two}");

    [Fact]
    public void Maps_with_the_same_content_are_equal()
    {
        Assert.Equal(Two, TextMap.Of(new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" }));
        Assert.Equal(Two.GetHashCode(), TextMap.Of([new("a", "1"), new("b", "2")]).GetHashCode());
        Assert.NotEqual(Two, Two.With("b", "3"));
        Assert.NotEqual(Two, Two.Without("b"));
    }

    [Fact]
    public void Nothing_is_the_empty_map()
    {
        Assert.Same(TextMap.Empty, TextMap.Of(null));
        Assert.Same(TextMap.Empty, TextMap.Of([new("a", null!)]));
        Assert.Equal(TextMap.Empty, TextMap.Of([new("a", "1")]).Without("a"));
    }

    [Fact]
    public void A_change_makes_another_map()
    {
        Assert.Equal(("1", null, "3"), (Two.Find("a"), Two.Find("c"), Two.With("c", "3").Find("c")));
        Assert.Equal(2, Two.With("a", "9").Count);
        Assert.Equal("9", Two.With("a", "9").Find("a"));
        Assert.Same(Two, Two.Without("c"));
    }

    [Fact]
    public void A_map_includes_its_parts()
    {
        Assert.True(Two.Includes(TextMap.Empty));
        Assert.True(Two.Includes(TextMap.Of([new("a", "1")])));
        Assert.False(Two.Includes(TextMap.Of([new("a", "2")])));
        Assert.False(TextMap.Empty.Includes(Two));
    }
}
