using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Xunit;

namespace Herald.Engine.Tests.Shards;

/// <summary>
/// The guarantees of a shard, one test for each. The worlds drawn from seeds (<see cref="ShardMachineWorldTests"/>) cover the combinations.
/// </summary>
public sealed class ShardMachineTests
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(1);
    private static readonly RetryWaits Waits = new RetryWaits.Schedule([Wait], 0);

    [Fact]
    public void What_a_note_says_is_settled_is_not_sent_again_however_often_the_shard_is_taken_over_before_it_is_read()
    {
        var scene = new ShardScene(window: 2);
        scene.Publish("a", "b", "c", "d", "e");
        scene.Commit();
        scene.Deliver(1, 2);
        scene.Scan();
        scene.Deliver(3, 4);
        scene.Note();
        scene.Restart();
        scene.ScanOne(); // it passes 3 and leaves 4
        scene.Commit();
        scene.Restart();
        scene.Scan();
        Assert.Equal([5], scene.Started);
    }

    [Fact]
    public void Keys_go_side_by_side_and_one_key_goes_one_by_one()
    {
        var scene = new ShardScene();
        scene.Publish("a", "b", "a");
        Assert.Equal([1L, 2], scene.Started);
        scene.Deliver(1);
        Assert.Equal([1L, 2, 3], scene.Started);
        scene.Deliver(2, 3);
        Assert.Null(scene.State); // nothing is outstanding, so there is no state
    }

    [Fact]
    public void A_failed_attempt_blocks_only_its_own_key()
    {
        var scene = new ShardScene();
        scene.Publish("a", "a", "b", "b");
        scene.Fail(1);
        scene.Deliver(3);
        Assert.Equal([1L, 3, 4], scene.Started);
        Assert.Equal(1, scene.State!.Blocked);
    }

    [Fact]
    public void A_blocked_key_leaves_the_window_and_rejoins_in_order()
    {
        var scene = new ShardScene();
        scene.Publish("a", "a");
        scene.Fail(1);
        Assert.Equal(0, scene.State!.Outstanding);
        scene.Publish("a", "b", "a"); // neither event of "a" is queued
        Assert.Equal(1, scene.State.Outstanding);
        scene.Deliver(4);

        scene.Pass(Wait);
        scene.Deliver(1);
        Assert.Equal([1L, 4, 1], scene.Started); // 2 must be read back first
        scene.Scan();
        scene.Deliver(2);
        scene.Publish("a"); // the lane is attached again, so 6 joins behind 5
        scene.Deliver(3, 5, 6);
        Assert.Equal([1L, 4, 1, 2, 3, 5, 6], scene.Started);
        Assert.Null(scene.State);
    }

    [Fact]
    public void A_thousand_blocked_keys_leave_the_window_to_the_others()
    {
        var scene = new ShardScene(window: 10, maxBlocked: 1000);
        for (var i = 0; i < 1000; i++)
        {
            scene.Publish($"poison-{i}");
            scene.Fail(i + 1);
        }
        scene.Publish("healthy");
        Assert.Equal(1001, scene.Started[^1]);
        Assert.True(scene.State!.AtHead);
    }

    [Fact]
    public void Past_the_bound_of_blocked_keys_a_subscription_falls_behind()
    {
        var scene = new ShardScene(window: 3, maxBlocked: 2);
        scene.Publish("a", "b", "c");
        scene.Fail(1);
        scene.Fail(2);
        scene.Fail(3); // keeps its place in the window
        Assert.Equal((2, 1), (scene.State!.Blocked, scene.State.Outstanding));
        scene.Publish("d", "e", "f");
        Assert.False(scene.State.AtHead);
        Assert.Equal([1L, 2, 3, 4, 5], scene.Started);
    }

    [Fact]
    public void A_full_window_makes_a_subscription_fall_behind_and_the_scan_brings_it_back()
    {
        var scene = new ShardScene(window: 4);
        scene.Publish("a", "b", "c", "d", "e", "f");
        Assert.Equal([1L, 2, 3, 4], scene.Started);
        Assert.False(scene.State!.AtHead);
        Assert.Equal(4, scene.State.Position);

        scene.Deliver(1);
        scene.Scan();
        Assert.Equal(4, scene.Started.Count); // the scan waits until half of the window is free
        scene.Deliver(2);
        scene.Scan();
        Assert.Equal([1L, 2, 3, 4, 5, 6], scene.Started);
        Assert.True(scene.State.AtHead);
    }

    [Fact]
    public void A_long_lane_is_read_back_and_takes_no_room_from_others()
    {
        var scene = new ShardScene(window: 100, laneWindow: 2);
        scene.Publish("a", "a", "a", "a", "a", "b");
        Assert.Equal([1L, 6], scene.Started);
        Assert.Equal((1, 2), (scene.State!.Outstanding, scene.State.Draining));
        for (var sequence = 1; sequence <= 5; sequence++)
        {
            scene.Deliver(sequence);
            scene.Scan();
        }
        Assert.Equal([1L, 6, 2, 3, 4, 5], scene.Started);
    }

    [Fact]
    public void A_blocked_key_is_told_apart_and_all_around_it_is_settled()
    {
        var scene = new ShardScene();
        scene.Publish("a", "b", "c", "b");
        scene.Deliver(1);
        Assert.Equal((2, []), scene.Settled());
        scene.Fail(2);
        scene.Deliver(3);
        var (below, kept) = scene.Settled();
        Assert.Equal(5, below);
        Assert.Equal([(2L, ShardScene.KeyOf("b"))], kept);
        // A reader that needs every event (here at 2) holds the sequence back, so no key needs to be kept.
        Assert.Equal((2, []), scene.Settled(most: 2));

        scene.Pass(TimeSpan.FromSeconds(2));
        scene.Deliver(2);
        scene.Scan();
        Assert.Equal((4, []), scene.Settled());
        scene.Deliver(4);
        Assert.Equal((5, []), scene.Settled());
    }

    [Fact]
    public void A_key_whose_delivery_takes_long_is_told_apart_when_it_lies_far_behind()
    {
        var scene = new ShardScene(keptNear: 3);
        scene.Publish("slow", "b", "c");
        scene.Deliver(2, 3);
        Assert.Equal((1, []), scene.Settled());
        scene.Publish("d");
        scene.Deliver(4);
        var (below, kept) = scene.Settled();
        Assert.Equal(5, below);
        Assert.Equal([(1L, ShardScene.KeyOf("slow"))], kept);
    }

    [Fact]
    public void Past_the_bound_of_kept_keys_the_youngest_hold_up_retention()
    {
        var scene = new ShardScene(mostKept: 2);
        scene.Publish("a", "b", "c", "d");
        foreach (var sequence in (long[])[1, 2, 3, 4])
            scene.Fail(sequence);
        var (below, kept) = scene.Settled();
        Assert.Equal(3, below);
        Assert.Equal([1L, 2], kept.Select(k => k.From));
    }

    [Fact]
    public void Of_a_paused_subscription_nothing_is_kept()
    {
        var scene = new ShardScene();
        scene.Publish("a");
        scene.Fail(1);
        scene.Pause();
        Assert.Equal((2, []), scene.Settled());
    }

    [Fact]
    public void A_skip_is_durable_before_its_successor_is_sent()
    {
        var scene = new ShardScene(retry: new RetryPolicy { Waits = Waits, MaxAttempts = 1 });
        scene.Publish("a", "a");
        scene.Fail(1);
        Assert.Equal([(1L, SkipKind.DeadLetter)], scene.WaitingSkips);
        scene.Pass(TimeSpan.FromHours(1));
        Assert.Equal([1L], scene.Started);
        scene.Commit();
        Assert.Equal([1L, 2], scene.Started);
    }

    [Fact]
    public void A_skip_that_was_lost_with_the_process_is_decided_again()
    {
        var scene = new ShardScene(retry: new RetryPolicy { Waits = Waits, MaxAttempts = 1 });
        scene.Publish("a", "a");
        scene.Commit();
        scene.Fail(1);
        scene.Restart();
        Assert.Equal([1L], scene.Started);
        scene.Fail(1);
        scene.Commit();
        scene.Restart();
        Assert.Equal([2L], scene.Started); // this delivery is not lost
    }

    [Fact]
    public void A_rejected_event_is_dead_after_one_attempt() => AssertSkipped(SkipKind.DeadLetter, new RetryPolicy { Waits = Waits });

    [Fact]
    public void What_is_used_up_can_be_forwarded() =>
        AssertSkipped(SkipKind.Forward, new RetryPolicy { Waits = Waits, OnExhausted = OnExhausted.Forward, ForwardTo = "other" });

    [Fact]
    public void A_held_key_waits_until_an_operator_lets_it_try_again()
    {
        var scene = new ShardScene(retry: new RetryPolicy { Waits = Waits, MaxAttempts = 1, OnExhausted = OnExhausted.Hold });
        scene.Publish("a", "a", "b");
        scene.Fail(1);
        scene.Deliver(3);
        scene.Pass(TimeSpan.FromDays(1000));
        Assert.Equal([1L, 3], scene.Started);
        Assert.Equal(1, scene.State!.Held);

        Assert.False(scene.Release(2, discard: false)); // the held one is 1
        Assert.True(scene.Release(1, discard: false));
        Assert.Equal(0, scene.State.Held);
        scene.Deliver(1);
        scene.Scan();
        Assert.Equal([1L, 3, 1, 2], scene.Started);
    }

    [Fact]
    public void A_held_event_can_be_discarded_and_its_key_goes_on()
    {
        var scene = new ShardScene(retry: new RetryPolicy { Waits = Waits, MaxAttempts = 1, OnExhausted = OnExhausted.Hold });
        scene.Publish("a", "a");
        scene.Fail(1);
        Assert.True(scene.Release(1, discard: true));
        Assert.False(scene.Release(1, discard: true));
        Assert.Equal([(1L, SkipKind.Discard)], scene.WaitingSkips);
        scene.Commit();
        scene.Scan();
        Assert.Equal([1L, 2], scene.Started);
    }

    [Fact]
    public void A_held_key_is_still_held_after_a_restart()
    {
        var scene = new ShardScene(retry: new RetryPolicy { Waits = Waits, MaxAttempts = 1, OnExhausted = OnExhausted.Hold });
        scene.Publish("a", "a");
        scene.Fail(1);
        scene.Commit();
        scene.Restart();
        scene.Scan();
        Assert.Empty(scene.Started);
        Assert.True(scene.Release(1, discard: false));
        Assert.Equal([1L], scene.Started);
    }

    [Fact]
    public void An_event_past_its_time_to_live_expires_without_being_tried()
    {
        var scene = new ShardScene(retry: new RetryPolicy { Waits = Waits, Ttl = TimeSpan.FromMinutes(1) });
        scene.Publish("a", "a");
        scene.Pass(TimeSpan.FromMinutes(2));
        scene.Publish("a");
        scene.Deliver(1); // its attempt began in time
        Assert.Equal([1L], scene.Started);
        Assert.Equal([(2L, SkipKind.Expire)], scene.WaitingSkips);
        scene.Commit();
        Assert.Equal([1L, 3], scene.Started); // 3 has not expired
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-30)]
    [InlineData(30)]
    public void A_message_that_the_next_attempt_would_send_too_late_expires_and_its_key_goes_on(int clockSetByHours)
    {
        var scene = new ShardScene(retry: new RetryPolicy { Waits = new RetryWaits.Schedule([TimeSpan.FromSeconds(10)], 0) });
        scene.SetClock(TimeSpan.FromHours(clockSetByHours));
        scene.Publish("a", "a");
        scene.FailLate(1, TimeSpan.FromSeconds(11));
        Assert.Empty(scene.WaitingSkips);
        scene.Pass(TimeSpan.FromSeconds(10));
        Assert.Equal([1L, 1], scene.Started);
        scene.FailLate(1, TimeSpan.FromSeconds(9));
        Assert.Equal([(1L, SkipKind.Expire)], scene.WaitingSkips);
        scene.Pass(TimeSpan.FromHours(1));
        Assert.Equal([1L, 1], scene.Started); // its successor waits until the skip is durable
        scene.Commit();
        scene.Scan();
        Assert.Equal([1L, 1, 2], scene.Started);
    }

    [Fact]
    public void What_a_channel_found_too_late_expires_without_a_dead_letter()
    {
        var scene = new ShardScene(retry: new RetryPolicy { Waits = Waits, MaxAttempts = 1, OnExhausted = OnExhausted.Hold });
        scene.Publish("a", "a");
        scene.Expire(1);
        Assert.Equal([(1L, SkipKind.Expire)], scene.WaitingSkips);
        scene.Commit();
        Assert.Equal([1L, 2], scene.Started);
        scene.Restart();
        scene.Scan();
        Assert.Equal([2L], scene.InFlight.Select(start => start.Item.Sequence));
    }

    [Fact]
    public void A_replay_waits_for_the_attempt_that_is_still_under_way()
    {
        var scene = new ShardScene();
        scene.Publish("a", "b");
        scene.Deliver(2);
        scene.Replay(from: 1);
        scene.Scan();
        Assert.Equal([1L, 2, 2], scene.Started); // the old attempt for key "a" has not ended
        scene.Deliver(1);
        Assert.Equal([1L, 2, 2, 1], scene.Started);
        Assert.All(scene.InFlight, start => Assert.True(start is { Replayed: true, Generation: 2 }));
        scene.Publish("c");
        Assert.False(scene.InFlight.Single(s => s.Item.Sequence == 3).Replayed);
        scene.Deliver(1, 2, 3);
        Assert.Null(scene.State);
    }

    [Fact]
    public void A_pause_keeps_the_backlog_and_its_order()
    {
        var scene = new ShardScene();
        scene.Publish("a", "a");
        scene.Pause();
        scene.Publish("b", "a");
        scene.Deliver(1); // was under way
        scene.Scan();
        Assert.Equal([1L], scene.Started);
        scene.Resume();
        scene.Scan();
        Assert.Equal([2L, 3], scene.Started[1..].Order());
        scene.Deliver(2);
        Assert.Equal(4, scene.Started[^1]);
    }

    [Fact]
    public void What_failed_at_one_endpoint_is_tried_soon_at_the_next()
    {
        var scene = new ShardScene(retry: new RetryPolicy { Waits = new RetryWaits.Schedule([TimeSpan.FromHours(1)], 0) });
        scene.Publish("a", "b", "a");
        scene.Fail(1);
        scene.Fail(2);
        scene.Move();
        scene.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal([1L, 2], scene.Started[2..].Order());
        scene.Deliver(1);
        scene.Scan();
        Assert.Equal(3, scene.Started[^1]);
    }

    [Fact]
    public void A_discarded_head_is_saved_as_such_with_the_commit_that_discards_it()
    {
        var scene = new ShardScene(retry: new RetryPolicy { Waits = Waits, MaxAttempts = 1, OnExhausted = OnExhausted.Hold });
        scene.Publish("a");
        scene.Fail(1);
        scene.Commit();
        Assert.True(scene.Release(1, discard: true));
        scene.Commit();
        scene.Restart();
        Assert.False(scene.Release(1, discard: false));
        Assert.Empty(scene.Started);
    }

    [Fact]
    public void Time_spent_paused_does_not_count_as_age()
    {
        var scene = new ShardScene(retry: new RetryPolicy { Waits = Waits, MaxAge = TimeSpan.FromMinutes(1) });
        scene.Publish("a");
        scene.Fail(1);
        scene.Pause();
        scene.Pass(TimeSpan.FromDays(1));
        scene.Resume();
        scene.Pass(Wait);
        scene.Fail(1);
        Assert.Empty(scene.WaitingSkips);
        scene.Pass(TimeSpan.FromMinutes(2));
        scene.Fail(1);
        Assert.Equal([(1L, SkipKind.DeadLetter)], scene.WaitingSkips);
    }

    [Fact]
    public void After_a_restart_blocked_keys_wait_on_and_the_rest_is_sent_again()
    {
        var scene = new ShardScene();
        scene.Publish("a", "b", "a", "c");
        scene.Fail(1);
        scene.Deliver(4);
        scene.Commit();
        scene.Deliver(2); // not saved, so it is repeated
        scene.Restart();
        Assert.Equal([2L], scene.Started);
        scene.Pass(Wait);
        scene.Deliver(1);
        scene.Scan();
        Assert.Equal([2L, 1, 3], scene.Started);
    }

    private static void AssertSkipped(SkipKind kind, RetryPolicy retry)
    {
        var scene = new ShardScene(retry: retry);
        scene.Publish("a", "a");
        scene.Reject(1);
        Assert.Equal([(1L, kind)], scene.WaitingSkips);
        scene.Commit();
        Assert.Equal([1L, 2], scene.Started);
    }
}
