using Herald.Judging.Traces;
using Xunit;

namespace Herald.Judge.Tests;

/// <summary>
/// A receiver that refuses connections does not see attempts. So numbers of attempts may be missing, and nothing else is excused.
/// </summary>
public sealed class AwayTests
{
    private readonly Story _story = new();

    [Fact]
    public void Numbers_go_on_while_it_is_away()
    {
        _story.Put();
        var (one, two) = (_story.Publish("a"), _story.Publish("b"));
        _story.Fail("a", one, 1);
        Reach("away");
        _story.After(5000);
        Reach("back");
        _story.Deliver("a", one, number: 4);
        _story.Deliver("b", two);
        _story.Settle();
    }

    [Fact]
    public void What_it_has_seen_first_may_have_been_tried_before()
    {
        _story.Put();
        Reach("away");
        var one = _story.Publish("a");
        Reach("back");
        _story.After(20).Deliver("a", one, number: 3);
    }

    /// <summary>
    /// The owner died before it had saved the receipt. The next owner began with attempt 1, which the receiver has not seen.
    /// </summary>
    [Fact]
    public void A_repeat_of_what_was_received_may_have_been_tried_unseen_first()
    {
        _story.IsNodeUnknown = true;
        _story.Put();
        var one = _story.Publish("a");
        _story.Deliver("a", one);
        Reach("away");
        Reach("back");
        _story.Deliver("a", one, number: 2);
    }

    [Fact]
    public void A_repeat_that_nothing_explains_is_noticed_after_it_is_back()
    {
        _story.IsNodeUnknown = true;
        _story.Put();
        Reach("away");
        Reach("back");
        var one = _story.After(5).Publish("a");
        _story.Deliver("a", one);
        Accuses(14, () => _story.Begin("a", one, number: 2));
    }

    [Fact]
    public void What_is_published_after_it_is_back_begins_with_the_first_attempt()
    {
        _story.Put();
        Reach("away");
        Reach("back");
        var one = _story.After(20).Publish("a");
        Accuses(13, () => _story.Begin("a", one, number: 2));
    }

    [Fact]
    public void What_is_never_given_up_is_not_lost_while_it_is_away()
    {
        _story.Put().Publish("a");
        Reach("away");
        Reach("back");
        Accuses(3, _story.After(50).Settle);
    }

    [Fact]
    public void What_may_be_given_up_may_have_been_given_up_unseen()
    {
        _story.Put("""{"schedule":["100ms"],"jitter":0,"maxAttempts":3}""").Publish("a");
        Reach("away");
        _story.After(1000);
        Reach("back");
        _story.Settle();
    }

    private void Reach(string how) => _story.After(5).Tell("s", how, ("subscription", "s"));

    private static void Accuses(int invariant, Action what) => Assert.Equal(invariant, Assert.Throws<AccusedException>(what).Invariant);
}
