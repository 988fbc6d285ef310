using Herald.Judging.Traces;
using Xunit;

namespace Herald.Judge.Tests;

/// <summary>
/// Where a skip can wait for a later commit, a process that is killed can have saved neither the skip nor the result that led to it. Nothing
/// else is excused.
/// </summary>
public sealed class WaitingSkipTests
{
    private const string Twice = """{"schedule":["100ms"],"jitter":0,"maxAttempts":2}""";
    private const string TwiceInTime = """{"schedule":["100ms"],"jitter":0,"maxAttempts":2,"ttl":"10s"}""";
    private readonly Story _story = new();

    public WaitingSkipTests() => _story.Tell("world", "settings", ("skipsWait", "yes"));

    [Fact]
    public void The_last_attempt_may_be_forgotten_long_after_it()
    {
        var one = UseUp(Twice);
        Kill();
        _story.Fail("a", one, 2);
    }

    [Fact]
    public void The_attempts_before_the_last_one_are_not_forgotten()
    {
        var one = UseUp(Twice);
        Kill();
        Accuses("was heard", () => _story.Begin("a", one, 1));
    }

    [Fact]
    public void No_attempt_follows_the_last_one()
    {
        var one = UseUp(Twice);
        Kill();
        Accuses("one more than any policy allows", () => _story.Begin("a", one, 3));
    }

    [Fact]
    public void The_last_attempt_is_not_forgotten_once_its_key_has_gone_on()
    {
        var one = UseUp(Twice);
        _story.Deliver("b", _story.Publish("b"));
        Kill();
        Accuses("was heard", () => _story.Begin("a", one, 2));
    }

    [Fact]
    public void A_key_that_is_held_waits_for_no_skip()
    {
        var one = UseUp("""{"schedule":["100ms"],"jitter":0,"maxAttempts":2,"onExhausted":"hold"}""");
        Kill();
        Accuses("was heard", () => _story.Begin("a", one, 2));
    }

    [Fact]
    public void The_last_attempt_is_not_forgotten_where_skips_do_not_wait()
    {
        var story = new Story();
        var one = UseUp(Twice, story);
        Kill(story);
        Accuses("was heard", () => story.Begin("a", one, 2));
    }

    [Fact]
    public void What_the_killed_process_had_used_up_can_expire_without_a_dead_letter()
    {
        UseUp(TwiceInTime);
        Kill();
        _story.After(6000).Settle();
    }

    [Fact]
    public void What_was_used_up_before_its_key_went_on_has_a_dead_letter()
    {
        UseUp(TwiceInTime);
        _story.Deliver("b", _story.Publish("b"));
        Kill();
        Accuses("no dead letter", _story.After(6000).Settle);
    }

    [Fact]
    public void The_next_event_of_the_key_waits_for_the_skip()
    {
        UseUp(Twice);
        _story.Publish("b");
        _story.After(30_000).Publish("c");
    }

    [Fact]
    public void Other_keys_wait_for_no_skip()
    {
        UseUp(Twice);
        _story.Publish("b", "other");
        Accuses("waits for", () => _story.After(30_000).Publish("c"));
    }

    /// <returns>The sequence of the event whose two attempts have failed.</returns>
    private long UseUp(string policy, Story? of = null)
    {
        var story = (of ?? _story).Put(policy);
        var one = story.Publish("a");
        story.Fail("a", one, 1);
        story.After(110).Fail("a", one, 2);
        story.After(5000);
        return one;
    }

    private void Kill(Story? of = null)
    {
        var story = of ?? _story;
        story.Tell(story.Node, "killed");
        story.Node = "n2";
        story.After(20).Tell("n2", "starting");
        story.Tell("n2", "started");
        story.After(20);
    }

    private static void Accuses(string of, Action what) => Assert.Contains(of, Assert.Throws<AccusedException>(what).Message,
        StringComparison.Ordinal);
}
