using Herald.Judging.Traces;
using Xunit;

namespace Herald.Judge.Tests;

public sealed class TraceJudgeTests
{
    private const string ThreeTimes = """{"schedule":["100ms"],"jitter":0,"maxAttempts":3}""";
    private readonly Story _story = new();

    [Fact]
    public void What_is_received_in_order_is_as_promised()
    {
        _story.Put();
        var (one, two) = (_story.Publish("a"), _story.Publish("b"));
        _story.Deliver("a", one);
        _story.Deliver("b", two);
        _story.Settle();
    }

    [Fact]
    public void An_event_that_never_comes_is_missed()
    {
        _story.Put().Publish("a");
        Accuses("nothing explains it", _story.After(50).Settle);
    }

    [Fact]
    public void An_event_that_is_passed_over_is_missed_at_once()
    {
        _story.Put().Publish("a");
        var two = _story.Publish("b");
        Accuses("passed over", () => _story.Deliver("b", two));
    }

    [Fact]
    public void Nobody_gets_what_the_filter_refuses()
    {
        _story.Put(filter: """{"type":["x"]}""");
        var one = _story.Publish("a", type: "y");
        Accuses("never asked for it", () => _story.Deliver("a", one, type: "y"));
    }

    [Fact]
    public void An_event_keeps_its_content()
    {
        _story.Put();
        var one = _story.Publish("a");
        Accuses("another content", () => _story.Begin("a", one, digest: "other"));
    }

    [Fact]
    public void Nothing_is_sent_once_a_pause_is_answered()
    {
        _story.Put();
        var one = _story.Publish("a");
        _story.Order("pause").After(5);
        Accuses("paused", () => _story.Deliver("a", one));
    }

    [Fact]
    public void Nothing_is_sent_once_a_deletion_is_answered()
    {
        _story.Put();
        var one = _story.Publish("a");
        _story.Order("delete", "deleted").After(5);
        Accuses("never asked for it", () => _story.Deliver("a", one));
    }

    [Fact]
    public void What_the_policy_gives_up_needs_no_more_attempts()
    {
        _story.Put(ThreeTimes);
        var one = _story.Publish("a");
        for (var number = 1; number <= 3; number++)
            _story.After(110).Fail("a", one, number);
        ListLetter(one, 3);
        _story.After(50).Settle();
    }

    [Fact]
    public void One_attempt_too_few_is_noticed()
    {
        _story.Put(ThreeTimes);
        var one = _story.Publish("a");
        var two = _story.Publish("b");
        _story.Fail("a", one, 1);
        _story.After(110).Fail("a", one, 2);
        Accuses("attempt 2 was the last", () => _story.Deliver("b", two));
    }

    [Fact]
    public void One_attempt_too_many_is_noticed()
    {
        _story.Put(ThreeTimes);
        var one = _story.Publish("a");
        for (var number = 1; number <= 3; number++)
            _story.After(110).Fail("a", one, number);
        Accuses("one more than any policy allows", () => _story.After(110).Begin("a", one, 4));
    }

    [Fact]
    public void A_give_up_without_a_dead_letter_is_noticed()
    {
        _story.Put(ThreeTimes);
        var one = _story.Publish("a");
        for (var number = 1; number <= 3; number++)
            _story.After(110).Fail("a", one, number);
        Accuses("no dead letter", _story.After(50).Settle);
    }

    [Fact]
    public void A_last_failure_that_a_crash_lost_can_expire_without_a_dead_letter()
    {
        _story.Put("""{"schedule":["100ms"],"jitter":0,"maxAttempts":1,"ttl":"1s"}""");
        var one = _story.Publish("a");
        _story.Fail("a", one, 1);
        Restart("killed");
        _story.After(1100).Settle();
    }

    [Fact]
    public void A_last_failure_that_was_saved_makes_a_dead_letter_before_it_can_expire()
    {
        _story.Put("""{"schedule":["100ms"],"jitter":0,"maxAttempts":1,"ttl":"10s"}""");
        var one = _story.Publish("a");
        _story.Fail("a", one, 1);
        _story.After(5000);
        Restart("killed");
        Accuses("no dead letter", _story.After(6000).Settle);
    }

    [Fact]
    public void An_event_behind_a_given_up_one_waits_only_from_its_own_acceptance()
    {
        _story.Put(ThreeTimes);
        var one = _story.Publish("a");
        for (var number = 1; number <= 3; number++)
            _story.After(110).Fail("a", one, number);
        _story.After(60_000).Publish("b");
        _story.After(200).Publish("c");
        Accuses("waits for", () => _story.After(30_000).Publish("d"));
    }

    [Fact]
    public void A_replay_whose_outcome_is_unknown_can_come_in_force_later()
    {
        _story.Tell("world", "settings", ("follow", "1000"));
        _story.Put(filter: """{"type":["x"]}""");
        var (one, two) = (_story.Publish("a"), _story.Publish("b", type: "x"));
        _story.Put(outcome: "updated");
        _story.Order("replay", "unknown", ("from", "1")).After(50);
        _story.Deliver("b", two, type: "x");
        _story.Deliver("a", one, redelivery: "replay");
    }

    [Fact]
    public void A_dead_letter_of_what_was_never_tried_is_noticed()
    {
        _story.Put(ThreeTimes);
        var one = _story.Publish("a");
        Accuses("never tried", () => ListLetter(one, 3));
    }

    [Fact]
    public void A_retry_comes_no_sooner_than_policy_and_receiver_ask()
    {
        _story.Put(ThreeTimes);
        var one = _story.Publish("a");
        _story.Fail("a", one, 1);
        Accuses("asks for 100", () => _story.After(50).Begin("a", one, 2));
        _story.After(60).Fail("a", one, 2, retryAfter: 500);
        Accuses("asks for 500", () => _story.After(200).Begin("a", one, 3));
    }

    [Fact]
    public void A_clean_stop_forgets_no_attempt()
    {
        _story.Put("""{"schedule":["100ms"],"jitter":0}""");
        var one = _story.Publish("a");
        _story.Fail("a", one, 1);
        Restart("stopping", "stopped");
        Accuses("was heard", () => _story.After(110).Begin("a", one, 1));
    }

    [Fact]
    public void A_kill_may_forget_what_could_not_be_saved()
    {
        _story.Put("""{"schedule":["100ms"],"jitter":0}""");
        var one = _story.Publish("a");
        _story.Fail("a", one, 1);
        Restart("killed");
        _story.After(110).Begin("a", one, 1);
    }

    [Fact]
    public void A_kill_forgets_nothing_that_was_saved_long_before()
    {
        _story.Put("""{"schedule":["10s"],"jitter":0}""");
        var one = _story.Publish("a");
        _story.Fail("a", one, 1);
        _story.After(5000);
        Restart("killed");
        Accuses("was heard", () => _story.After(110).Begin("a", one, 1));
    }

    [Fact]
    public void A_key_waits_for_no_other()
    {
        _story.Put("""{"schedule":["60s"],"jitter":0}""");
        var (failing, well) = (_story.Publish("a"), _story.Publish("b", "other"));
        _story.Fail("a", failing, 1);
        _story.After(20_000);
        Accuses("waits for", () => _story.Publish("c", "third"));
        Assert.True(well > failing);
    }

    [Fact]
    public void A_key_waits_for_its_own_head()
    {
        _story.Put("""{"schedule":["60s"],"jitter":0}""");
        var failing = _story.Publish("a");
        _ = _story.Publish("b");
        _story.Fail("a", failing, 1);
        _story.After(20_000);
        _story.Publish("c", "third");
    }

    [Fact]
    public void Two_attempts_of_a_key_at_the_same_time_are_noticed()
    {
        _story.Put();
        var one = _story.Publish("a");
        _ = _story.Begin("a", one);
        Accuses("at the same time", () => _story.Begin("a", one));
    }

    [Fact]
    public void A_subscription_that_was_made_anew_does_not_wait_for_the_attempts_of_the_one_before()
    {
        _story.Put();
        var one = _story.Publish("a");
        _ = _story.Begin("a", one);
        _story.Order("delete", "deleted").Put();
        var two = _story.Publish("b");
        var again = _story.Begin("b", two);
        // Both attempts belong to the new subscription, so one must wait for the other.
        _story.After(100);
        var three = _story.Publish("c");
        Accuses("at the same time", () => _story.Begin("c", three));
        _story.End(again, "ok");
    }

    [Fact]
    public void A_subscription_that_is_deleted_gives_up_its_attempts()
    {
        _story.Put();
        var one = _story.Publish("a");
        var under = _story.Begin("a", one);
        _story.Order("delete", "deleted").After(600).Settle();
        _story.End(under, "cut");

        _story.Put();
        var two = _story.Publish("b");
        _ = _story.Begin("b", two);
        _story.Order("delete", "deleted").After(800);
        Accuses("goes on", _story.Settle);
    }

    [Fact]
    public void What_a_process_had_heard_that_nobody_can_name_may_be_forgotten()
    {
        _story.IsNodeUnknown = true;
        _story.Put();
        var one = _story.Publish("a");
        _ = _story.Begin("a", one);
        _story.Deliver("a", one);
        _story.After(20_000).Deliver("a", one);
        _story.Publish("b");
        var three = _story.Publish("c");
        Accuses("passed over", () => _story.Deliver("c", three));
    }

    [Fact]
    public void A_request_of_a_process_that_has_been_killed_is_heard_by_nobody()
    {
        _story.Put();
        var one = _story.Publish("a");
        Restart("killed");
        _story.Node = "n1";
        _story.Deliver("a", one);
        _story.Node = "n2";
        _story.Deliver("a", one);
        _story.Settle();
    }

    [Fact]
    public void A_receiver_that_does_not_answer_keeps_what_others_need()
    {
        _story.Put(limits: """{"timeout":"5s"}""", subscription: "hangs").Put();
        var one = _story.Publish("a");
        var hanging = _story.Begin("a", one, subscription: "hangs");
        _story.Deliver("a", one);
        _story.Publish("b", "other");
        _story.After(3000).Publish("c", "third");
        _story.End(hanging, "ok");
        _story.After(200).Publish("d", "fourth");
        Accuses("waits for", () => _story.After(30_000).Publish("e", "fifth"));
    }

    [Fact]
    public void More_in_flight_than_allowed_is_noticed()
    {
        _story.Put(limits: """{"maxInFlight":1}""").After(2000);
        var (one, two) = (_story.Publish("a"), _story.Publish("b", "other"));
        _ = _story.Begin("a", one);
        Accuses("in flight", () => _story.Begin("b", two, key: "other"));
    }

    [Fact]
    public void A_rate_is_kept()
    {
        _story.Put(limits: """{"ratePerSecond":1}""").After(2000);
        Accuses("faster than 1", () =>
        {
            for (var i = 0; i < 10; i++)
                _story.Deliver($"e{i}", _story.Publish($"e{i}", $"k{i}"), key: $"k{i}");
        });
    }

    [Fact]
    public void What_expires_too_early_and_what_is_sent_too_late_is_noticed()
    {
        _story.Put("""{"ttl":"5s"}""");
        _story.Publish("a");
        var two = _story.Publish("b");
        Accuses("passed over", () => _story.After(2000).Deliver("b", two));
        var other = new Story();
        other.Put("""{"ttl":"5s"}""", limits: """{"timeout":"1s"}""");
        var late = other.Publish("a");
        other.NowMs += 8000;
        Accuses("worth sending", () => other.Begin("a", late));
    }

    [Fact]
    public void A_release_that_discards_is_noticed()
    {
        _story.Put("""{"schedule":["100ms"],"jitter":0,"maxAttempts":1,"onExhausted":"hold"}""");
        var (one, two) = (_story.Publish("a"), _story.Publish("b"));
        _story.Fail("a", one, 1);
        _story.Order("release", "done", ("shard", "0"), ("sequence", "1"));
        Accuses("passed over", () => _story.Deliver("b", two));
    }

    /// <summary>An event whose answer named no shard can be the head that the order means, or have the same place in another shard.</summary>
    [Theory]
    [InlineData("false", true, "from the first")]
    [InlineData("false", false, null)]
    [InlineData("true", true, "discarded it")]
    [InlineData("true", false, null)]
    public void A_second_attempt_after_an_order_is_noticed_only_where_the_order_certainly_meant_it(string discard, bool isPlaced, string? of)
    {
        _story.Put("""{"schedule":["100ms"],"jitter":0,"maxAttempts":3,"onExhausted":"hold"}""");
        var one = _story.Publish("a", isPlaced: isPlaced);
        _story.Fail("a", one, 1);
        _story.After(150).Order("release", "done", ("shard", "0"), ("sequence", $"{one}"), ("discard", discard)).After(3000);
        // A later delivery shows the judge that time has passed.
        _story.Deliver("b", _story.Publish("b", "other"), key: "other");
        if (of is not null)
            Accuses(of, () => _story.Deliver("a", one, number: 2));
        else
            _story.Deliver("a", one, number: 2);
    }

    [Fact]
    public void A_replay_is_received_again()
    {
        _story.Put();
        var one = _story.Publish("a");
        _story.Deliver("a", one);
        _story.After(50).Order("replay", "updated", ("from", "1")).After(50);
        Accuses("nothing explains it", _story.Settle);
        _story.Deliver("a", one, redelivery: "replay");
        _story.Settle();
    }

    [Fact]
    public void What_is_redriven_is_received()
    {
        MakeLetter();
        _story.Order("redrive", "done", ("letters", "dl")).After(10);
        Accuses("redriven 1 times, and not received", _story.Settle);
        _story.Deliver("a", 5, redelivery: "redrive");
        _story.Settle();
    }

    [Fact]
    public void What_is_discarded_comes_back_neither_to_receivers_nor_to_operators()
    {
        MakeLetter();
        _story.Order("discard", "done", ("letters", "dl")).After(10);
        Accuses("was discarded", () => ListLetter(1, 1));
        Accuses("sent as redriven", () => _story.Deliver("a", 5, redelivery: "redrive"));
    }

    private void MakeLetter()
    {
        _story.Put("""{"schedule":["100ms"],"jitter":0,"maxAttempts":1}""");
        var one = _story.Publish("a");
        _story.Fail("a", one, 1);
        ListLetter(one, 1);
    }

    private void ListLetter(long sequence, int attempts) => _story.Tell(
        "operator", "letter", ("letter", "dl"), ("subscription", "s"), ("topic", "t"), ("key", "k"), ("id", "a"), ("sequence",
            $"{sequence}"), ("attempts", $"{attempts}"));

    private void Restart(params string[] how)
    {
        foreach (var step in how)
            _story.After(20).Tell(_story.Node, step);
        _story.Node = "n2";
        _story.Tell("n2", "starting");
        _story.Tell("n2", "started");
    }

    private static void Accuses(string of, Action what) => Assert.Contains(of, Assert.Throws<AccusedException>(what).Message,
        StringComparison.Ordinal);
}
