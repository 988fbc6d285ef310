using Herald.Judging.Traces;
using Xunit;

namespace Herald.Judge.Tests;

/// <summary>Ids are remembered for one second.</summary>
public sealed class DuplicateWindowTests
{
    private readonly Story _story = new();
    private int _requests;

    public DuplicateWindowTests()
    {
        _story.Tell("world", "settings", ("duplicateWindow", "1000"));
        _story.Put();
    }

    [Fact]
    public void An_id_that_is_forgotten_names_another_event()
    {
        Publish("accepted", 1);
        _story.Deliver("a", 1);
        _story.After(1000);
        Publish("accepted", 2);
        _story.Deliver("a", 2);
        _story.Settle();
    }

    [Fact]
    public void An_event_whose_id_had_another_one_before_is_missed_like_any()
    {
        Publish("accepted", 1);
        _story.Deliver("a", 1);
        _story.After(1000);
        Publish("accepted", 2);
        Accuses("never received", _story.After(50).Settle);
    }

    [Fact]
    public void An_id_is_not_forgotten_before_the_end_of_its_window()
    {
        Publish("accepted", 1);
        _story.After(900);
        Accuses("accepted twice", () => Publish("accepted", 2));
    }

    [Fact]
    public void An_id_is_not_held_beyond_the_end_of_its_window()
    {
        Publish("accepted", 1);
        _story.After(1100);
        Accuses("taken for a duplicate", () => Publish("duplicate", 1));
    }

    [Fact]
    public void A_request_that_is_never_answered_may_have_made_the_event()
    {
        Publish("accepted", 1);
        _story.Deliver("a", 1);
        _story.After(1100);
        Ask();
        _story.Deliver("a", 2);
        _story.Settle();
    }

    private string Ask()
    {
        var n = $"r{++_requests}";
        _story.Tell("p", "publish", ("n", n), ("topic", "t"), ("key", "k"), ("id", "a"), ("digest", "da"));
        _story.After(1);
        return n;
    }

    private void Publish(string verdict, long sequence)
    {
        var n = Ask();
        _story.Tell(
            "p", "published", ("n", n), ("topic", "t"), ("key", "k"), ("id", "a"), ("digest", "da"), ("verdict", verdict), ("shard", "0"), ("sequence", $"{sequence}"));
        _story.After(1);
    }

    private static void Accuses(string of, Action tell) => Assert.Contains(of, Assert.Throws<AccusedException>(tell).Message, StringComparison.Ordinal);
}
