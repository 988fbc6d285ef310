using Herald.Engine.Sending;
using Xunit;

namespace Herald.Engine.Tests.Sending;

public sealed class ReceiverLimitTests
{
    private readonly ReceiverLimit _limit = new(new Random(1));
    private long _now = 1_900_000_000_000;

    [Fact]
    public void A_new_receiver_gets_sixteen_at_a_time() => Assert.Equal(16, _limit.Allowed(_now, 0));

    [Fact]
    public void The_time_without_a_success_is_known()
    {
        var streak = _limit.Streak;
        Assert.Equal((null, EndpointState.Unknown), (streak.Failures, streak.State));
        _limit.Settle(Results.TimedOut, 7, false, _now);
        _limit.Settle(Results.TimedOut, 8, false, _now + 90_000);
        Assert.Equal(((_now, _now + 90_000, Results.TimedOut.Reason), EndpointState.Fails), (streak.Failures, streak.State));
        _limit.Settle(Results.Delivered(), 9, false, _now + 90_001);
        Assert.Equal((null, EndpointState.Works), (streak.Failures, streak.State));
    }

    [Fact]
    public void A_failure_long_after_the_one_before_begins_the_time_without_a_success_anew()
    {
        var streak = _limit.Streak;
        _limit.Settle(Results.TimedOut, 7, false, _now);
        _limit.Settle(Results.TimedOut, 7, false, _now + 7_200_000);
        Assert.Equal(_now, streak.Failures?.FirstMs);
        // Meanwhile the shards of its keys were on another node.
        _limit.Settle(Results.TimedOut, 7, false, _now + 20_000_000);
        Assert.Equal(_now + 20_000_000, streak.Failures?.FirstMs);
    }

    [Fact]
    public void One_key_that_fails_again_and_again_counts_once()
    {
        for (var i = 0; i < 1000; i++)
            _limit.Settle(Results.TimedOut, 7, false, _now);
        Assert.Equal((16, false), (_limit.Allowed(_now, 0), _limit.IsDown));
    }

    [Fact]
    public void Failures_between_which_others_succeed_shrink_nothing()
    {
        for (ulong key = 0; key < 1000; key++)
        {
            _limit.Settle(Results.TimedOut, key, false, _now);
            if (key % 2 == 1)
                _limit.Settle(Results.Delivered(), 5000, false, _now);
        }
        Assert.False(_limit.IsDown);
        Assert.True(_limit.Allowed(_now, 0) >= 16);
    }

    [Fact]
    public void A_receiver_that_is_slow_now_and_then_keeps_its_limit_though_it_had_a_round_without_a_slow_one()
    {
        for (ulong key = 0; key < 16; key++)
            _limit.Settle(Results.Delivered(1), key, true, _now);
        for (ulong key = 0; key < 1000; key++)
            _limit.Settle(Results.Delivered(key % 5 == 0 ? 750 : 1), key, true, _now);
        Assert.Equal(100, _limit.Allowed(_now, 0));
    }

    [Fact]
    public void An_endpoint_mostly_fails_when_more_than_half_of_its_latest_attempts_have_and_one_in_ten_is_not_that()
    {
        var random = new Random(1);
        for (ulong key = 0; key < 10_000; key++)
        {
            _limit.Settle(random.Next(10) == 0 ? Results.Status500 : Results.Delivered(), key % 50, false, _now);
            Assert.False(_limit.MostlyFails);
        }
        // Only one key fails, so the endpoint is not regarded as down.
        var failures = 0;
        for (; !_limit.MostlyFails; failures++)
            _limit.Settle(Results.TimedOut, 7, false, _now);
        Assert.InRange(failures, 8, 12);
        Assert.False(_limit.IsDown);
        for (var i = 0; i < failures; i++)
            _limit.Settle(Results.Delivered(), 7, false, _now);
        Assert.False(_limit.MostlyFails);
    }

    [Fact]
    public void Several_troubled_keys_take_the_endpoint_down_and_a_success_brings_it_back()
    {
        GoDown();
        Assert.Equal((0, 0), (_limit.Allowed(_now, 0), _limit.Shown));

        _now = _limit.WakeAtMs(_now);
        Assert.Equal(1, _limit.Allowed(_now, 0)); // a probe
        Assert.Equal(0, _limit.Allowed(_now, 1)); // never two probes
        Assert.True(_limit.Settle(Results.Delivered(), 1, false, _now));
        Assert.False(_limit.IsDown);
        Assert.True(_limit.Allowed(_now, 0) >= 1);
        Assert.False(_limit.Settle(Results.Delivered(), 1, false, _now)); // only the first success reports that it is back
    }

    [Fact]
    public void A_node_with_a_quarter_of_the_shards_probes_a_quarter_as_often()
    {
        _limit.Share = 0.25;
        GoDown();
        Assert.InRange(_limit.WakeAtMs(_now) - _now, 4 * 200, 4 * 300);
    }

    [Fact]
    public void Probes_that_fail_come_ever_more_rarely_but_at_least_every_twelve_seconds()
    {
        GoDown();
        var waits = new List<long>();
        for (var i = 0; i < 20; i++)
        {
            var at = _limit.WakeAtMs(_now);
            waits.Add(at - _now);
            Assert.Equal(0, _limit.Allowed(at - 1, 0));
            Assert.Equal(1, _limit.Allowed(at, 0));
            _now = at;
            _limit.Settle(Results.TimedOut, (ulong)i, false, _now);
        }
        Assert.InRange(waits[0], 200, 300);
        Assert.All(waits, wait => Assert.InRange(wait, 200, 12_000));
        Assert.All(waits[^5..], wait => Assert.InRange(wait, 8_000, 12_000));

        // When it goes down again, the first probe comes soon again.
        _limit.Settle(Results.Delivered(), 1, false, _now);
        GoDown();
        Assert.InRange(_limit.WakeAtMs(_now) - _now, 200, 300);
    }

    [Fact]
    public void Attempts_that_were_under_way_when_it_went_down_are_no_probes()
    {
        GoDown();
        var probe = _limit.WakeAtMs(_now);
        for (ulong key = 500; key < 600; key++)
            _limit.Settle(Results.TimedOut, key, false, _now);
        Assert.Equal(probe, _limit.WakeAtMs(_now));
    }

    [Fact]
    public void An_endpoint_that_answers_500_is_paced_and_never_down()
    {
        for (ulong key = 0; key < 5000; key++)
            _limit.Settle(Results.Status500, key, false, _now);
        Assert.Equal((false, true, 4), (_limit.IsDown, _limit.IsSuspect, _limit.Allowed(_now, 0)));

        _limit.Granted(_now);
        Assert.Equal(1, _limit.Allowed(_now, 1)); // no more for now
        var next = _limit.WakeAtMs(_now);
        Assert.InRange(next - _now, 1, 10);
        Assert.Equal(4, _limit.Allowed(next, 1));

        _limit.Settle(Results.Delivered(), 9999, false, _now);
        Assert.False(_limit.IsSuspect);
    }

    [Fact]
    public void A_paced_endpoint_gets_no_more_than_its_subscription_allows()
    {
        _limit.Most = 1;
        for (ulong key = 0; key < 50; key++)
            _limit.Settle(Results.Status500, key, false, _now);
        Assert.True(_limit.IsSuspect);
        Assert.Equal(1, _limit.Allowed(_now, 0));
    }

    [Fact]
    public void A_few_keys_that_fail_with_500_change_nothing()
    {
        for (ulong key = 0; key < 11; key++)
            _limit.Settle(Results.Status500, key, false, _now);
        Assert.Equal((16, false), (_limit.Allowed(_now, 0), _limit.IsSuspect));
    }

    [Fact]
    public void It_grows_to_the_most_while_latency_holds()
    {
        _limit.Most = 200;
        Work(2000, 10);
        Assert.Equal(200, _limit.Allowed(_now, 0));
    }

    [Fact]
    public void It_does_not_grow_when_it_is_not_used()
    {
        for (var i = 0; i < 2000; i++)
            _limit.Settle(Results.Delivered(), 1, false, _now);
        Assert.Equal(16, _limit.Allowed(_now, 0));
    }

    [Fact]
    public void It_shrinks_while_latency_suffers_and_leaves_some()
    {
        Work(2000, 10);
        var before = _limit.Allowed(_now, 0);
        Work(1000, 500);
        Assert.InRange(_limit.Allowed(_now, 0), 4, before / 2);
    }

    [Fact]
    public void A_receiver_that_has_become_slow_for_good_is_taken_as_it_is()
    {
        Work(2000, 10);
        Work(100_000, 100);
        Assert.Equal(100, _limit.Allowed(_now, 0));
    }

    [Fact]
    public void Fixed_keeps_what_was_set_but_for_an_endpoint_that_is_down()
    {
        (_limit.Fixed, _limit.Most) = (true, 50);
        Assert.Equal(50, _limit.Allowed(_now, 0));
        Work(400, 1);
        Work(400, 5000);
        Assert.Equal((50, 50), (_limit.Allowed(_now, 0), _limit.Shown));
        GoDown();
        Assert.Equal(0, _limit.Allowed(_now, 0));
    }

    [Fact]
    public void One_keys_Retry_After_holds_only_that_key()
    {
        for (var i = 0; i < 10; i++)
            _limit.Settle(Results.TooMany(TimeSpan.FromMinutes(1)), 7, false, _now);
        Assert.Equal(16, _limit.Allowed(_now, 0));
    }

    [Fact]
    public void Several_keys_Retry_After_silences_the_endpoint()
    {
        for (ulong key = 0; key < 3; key++)
            _limit.Settle(Results.TooMany(TimeSpan.FromMinutes(1)), key, false, _now);
        Assert.Equal(_now + 60_000, _limit.WakeAtMs(_now));
        Assert.Equal(0, _limit.Allowed(_now + 59_999, 0));
        Assert.True(_limit.Allowed(_now + 60_000, 0) > 0);
    }

    [Fact]
    public void Nobody_is_silenced_for_more_than_an_hour()
    {
        for (ulong key = 0; key < 3; key++)
            _limit.Settle(Results.TooMany(TimeSpan.FromDays(100)), key, false, _now);
        Assert.Equal(_now + 3_600_000, _limit.WakeAtMs(_now));
    }

    [Fact]
    public void A_probe_that_is_answered_with_failure_ends_the_silence_healthy_keys_may_wait_behind()
    {
        GoDown();
        _now = _limit.WakeAtMs(_now);
        Assert.False(_limit.Settle(Results.Status500, 1, false, _now));
        Assert.Equal((false, true), (_limit.IsDown, _limit.IsSuspect));
        Assert.Equal(4, _limit.Allowed(_now, 0));
    }

    [Fact]
    public void Rejected_events_speak_for_the_endpoint_not_against_it()
    {
        GoDown();
        var rejected = Results.Status500 with { Outcome = Engine.Channels.AttemptOutcome.Rejected };
        Assert.True(_limit.Settle(rejected, 1, false, _limit.WakeAtMs(_now)));
        Assert.False(_limit.IsDown);
    }

    private void GoDown()
    {
        for (ulong key = 0; key < 100 && !_limit.IsDown; key++)
            _limit.Settle(Results.TimedOut, key, false, _now);
        Assert.True(_limit.IsDown);
    }

    private void Work(int attempts, double latencyMs)
    {
        for (var i = 0; i < attempts; i++)
            _limit.Settle(Results.Delivered(latencyMs), 1, true, _now);
    }
}
