using Herald.Judging.Traces;
using Xunit;

namespace Herald.Judge.Tests;

/// <summary>A trace that begins in the middle. The last sequence of each key tells what was settled before.</summary>
public sealed class PastTests
{
    private readonly Story _story = new();

    [Fact]
    public void What_was_settled_before_may_come_again_and_what_is_new_is_judged()
    {
        Past(2);
        _story.Put();
        var (three, four) = (_story.Publish("c"), _story.Publish("d"));
        _story.Deliver("b", 2);
        _story.Deliver("c", three);
        _story.Deliver("a", 1);
        _story.Deliver("d", four);
        _story.Settle();
    }

    [Fact]
    public void What_is_new_and_never_comes_is_missed()
    {
        Past(2);
        _story.Put().Publish("c");
        Accuses(3, _story.After(50).Settle);
    }

    [Fact]
    public void What_nobody_published_is_noticed_behind_what_is_past()
    {
        Past(2);
        _story.Put();
        Accuses(4, () => _story.Begin("x", 3));
    }

    [Fact]
    public void What_is_published_now_does_not_come_before_what_is_past()
    {
        Past(2);
        _story.NextSequence = 2;
        _story.Put();
        Accuses(7, () => _story.Publish("c"));
    }

    private void Past(long sequence)
    {
        _story.NextSequence = sequence + 1;
        _story.Tell("world", "past", ("topic", "t"), ("key", "k"), ("sequence", $"{sequence}"));
    }

    private static void Accuses(int invariant, Action what) => Assert.Equal(invariant, Assert.Throws<AccusedException>(what).Invariant);
}
