using Herald.Engine.Inspection;
using Herald.Engine.Subscriptions;
using Herald.Engine.Tests.Shards;
using Xunit;

namespace Herald.Engine.Tests.Inspection;

/// <summary>A running shard, and the saved progress of a shard that does not run here, report the same.</summary>
public sealed class ShardLookTests
{
    private static readonly RetryPolicy Holding =
        new() { Waits = new RetryWaits.Schedule([TimeSpan.FromSeconds(1)], 0), MaxAttempts = 1, OnExhausted = OnExhausted.Hold };

    [Fact]
    public void What_was_saved_tells_of_each_delivery_what_the_shard_tells()
    {
        var shard = new ShardScene();
        shard.Publish("a", "a", "b", "c", "d", "d", "e");
        shard.Fail(1);
        shard.Deliver(3);
        shard.Reject(5);
        shard.Commit();
        shard.Deliver(6);
        shard.Commit();
        // The attempts of 4 and 7 are under way.
        Assert.Equal(
            [DeliveryStatus.Blocked, DeliveryStatus.Waiting, null, DeliveryStatus.InFlight, null, null, DeliveryStatus.InFlight], Statuses(shard, shard.LookLive()));
        Assert.Equal(
            [DeliveryStatus.Blocked, DeliveryStatus.Waiting, null, DeliveryStatus.Waiting, null, null, DeliveryStatus.Waiting], Statuses(shard, shard.LookSaved()));
        var (live, saved) = (shard.LookLive(), shard.LookSaved());
        Assert.Equal(live.Find(shard.EntryOf(1)), saved.Find(shard.EntryOf(1)));
        Assert.Equal((1, 1_001_000), (saved.Find(shard.EntryOf(1))!.Attempts, saved.Find(shard.EntryOf(1))!.NextAttemptAt!.Value.ToUnixTimeMilliseconds()));
        Assert.Equal(live.BlockedHeads(), saved.BlockedHeads());
        Assert.Equal(live.Deliveries().Select(d => d.Sequence).Order(), saved.Deliveries().Select(d => d.Sequence).Order());
        Assert.Equal(live.Backlog(shard.Last), saved.Backlog(shard.Last));
        Assert.Equal(new ShardBacklog(new ShardLag(0, 7, 7, 2, 1), 3, 0, false, 1), saved.Backlog(shard.Last));
    }

    [Fact]
    public void Keys_that_are_held_or_are_read_back_are_told_alike()
    {
        var shard = new ShardScene(laneWindow: 2, retry: Holding);
        shard.Publish("a", "b", "b", "b", "b", "a");
        shard.Fail(1);
        shard.Commit();
        Assert.Equal([DeliveryStatus.Held, .. Enumerable.Repeat<DeliveryStatus?>(DeliveryStatus.Waiting, 5)], Statuses(shard, shard.LookSaved()));
        Assert.Equal((1, 0), (shard.LookSaved().Held, shard.LookSaved().Backlog(6).Lag.BlockedKeys));
        Assert.Equal(shard.LookLive().BlockedHeads(), shard.LookSaved().BlockedHeads());
        Assert.Equal(shard.LookLive().Backlog(6).Lowest, shard.LookSaved().Backlog(6).Lowest);
    }

    [Fact]
    public void A_key_that_is_tried_again_is_still_listed_among_the_blocked_ones()
    {
        var shard = new ShardScene();
        shard.Publish("a", "b", "c");
        shard.Fail(1);
        shard.Fail(2);
        shard.Pass(TimeSpan.FromSeconds(2));
        shard.Commit();
        foreach (var view in new[] { shard.LookLive(), shard.LookSaved() })
        {
            Assert.Equal([1L, 2L], view.BlockedHeads().Select(head => head.Sequence).Order());
            Assert.Equal(2, view.Backlog(3).Lag.BlockedKeys);
        }
        Assert.All(shard.LookLive().BlockedHeads(), head => Assert.Equal(DeliveryStatus.InFlight, head.Status));
    }

    [Fact]
    public void An_open_delivery_tells_what_is_ahead_of_it_in_its_key_and_how_much_is_to_be_read_first()
    {
        var shard = new ShardScene(laneWindow: 2);
        shard.Publish("a", "b", "a", "a");
        shard.Fail(1);
        shard.Commit();
        foreach (var view in new[] { shard.LookLive(), shard.LookSaved() })
        {
            Assert.Equal((null, 0L), (view.FindOpen(shard.EntryOf(1))!.Ahead, view.FindOpen(shard.EntryOf(1))!.Unread));
            var last = view.FindOpen(shard.EntryOf(4))!;
            Assert.Equal((DeliveryStatus.Waiting, 1L, DeliveryStatus.Blocked, 1), (last.Delivery.Status, last.Ahead!.Sequence, last.Ahead.Status, last.Ahead.Attempts));
            Assert.True(last.Unread > 0);
        }
    }

    /// <summary>
    /// Otherwise the catalog would drop a filter revision as passed although the oldest events must still be matched with it.
    /// </summary>
    [Fact]
    public void A_subscription_that_the_shard_has_not_heard_of_has_passed_nothing_behind_its_start()
    {
        var shard = new ShardScene();
        shard.Publish("a", "b", "c");
        shard.Deliver(1, 2, 3);
        var unheard = SubscriptionEntries.Plain(2) with { Starts = [1], GenerationVersion = 1000 };
        Assert.True(shard.LookLive(unheard).HasPassed(1));
        Assert.False(shard.LookLive(unheard).HasPassed(2));
        Assert.Equal((2, 2), (shard.LookLive(unheard).Backlog(3).Waiting, shard.LookLive(unheard).Backlog(3).Lowest));
        // This subscription is older than what the shard has routed, so it moves with the head of the log.
        Assert.True(shard.LookLive(unheard with { GenerationVersion = 1 }).HasPassed(3));
    }

    /// <summary>As above, for a replay.</summary>
    [Fact]
    public void A_generation_that_the_shard_has_not_heard_of_has_passed_nothing_behind_its_start()
    {
        var shard = new ShardScene();
        shard.Publish("a", "b");
        shard.Deliver(1);
        var unheard = SubscriptionEntries.Plain(1);
        Assert.False(shard.LookLive(unheard with { Subscription = unheard.Subscription with { Generation = 2 }, Starts = [0], GenerationVersion = 1000 }).HasPassed(1));
    }

    [Fact]
    public void What_has_been_accepted_since_the_last_saving_waits()
    {
        var shard = new ShardScene();
        shard.Publish("a");
        shard.Deliver(1);
        shard.Commit();
        shard.Publish("b", "c");
        shard.Deliver(2, 3);
        Assert.Equal([null, null, null], Statuses(shard, shard.LookLive()));
        Assert.Equal([null, DeliveryStatus.Waiting, DeliveryStatus.Waiting], Statuses(shard, shard.LookSaved()));
        Assert.Equal(new ShardBacklog(new ShardLag(0, 3, 3, 0, 0), 0, 0, false, 0), shard.LookLive().Backlog(3));
        Assert.Equal(new ShardBacklog(new ShardLag(0, 1, 3, 0, 0), 2, 0, false, 2), shard.LookSaved().Backlog(3));
    }

    [Fact]
    public void A_replay_or_a_pause_that_is_not_saved_yet_counts()
    {
        var shard = new ShardScene();
        shard.Publish("a", "b");
        shard.Deliver(1, 2);
        shard.Commit();
        Assert.True(shard.LookSaved().HasPassed(2));
        shard.Replay(2);
        Assert.Equal((false, 1, true, false), Of(shard.LookSaved()));
        shard.Pause();
        Assert.Equal((false, 1, true, false), Of(shard.LookSaved()));
        shard.Commit();
        Assert.Equal((false, 1, true, false), Of(shard.LookSaved()));
        shard.Resume();
        shard.Scan();
        shard.Commit();
        Assert.Equal((true, 2, true, false), Of(shard.LookSaved())); // 2 is in flight again
        shard.Deliver(2);
        shard.Commit();
        Assert.Equal((true, 2, true, true), Of(shard.LookSaved()));
        shard.Pause();
        Assert.Equal((false, 2, true, true), Of(shard.LookSaved()));

        static (bool, long, bool, bool) Of(SubscriptionView look) => (look.AtHead, look.Position, look.HasPassed(1), look.HasPassed(2));
    }

    [Fact]
    public void A_key_that_waits_has_not_been_passed()
    {
        var shard = new ShardScene();
        shard.Publish("a", "b", "a");
        shard.Fail(1);
        shard.Deliver(2);
        shard.Commit();
        foreach (var look in (SubscriptionView[])[shard.LookLive(), shard.LookSaved()])
            Assert.Equal((true, false, false), (look.HasPassed(0), look.HasPassed(1), look.HasPassed(3)));
    }

    [Fact]
    public void What_the_owner_before_settled_after_it_saved_can_be_counted_until_the_next_saving()
    {
        var shard = new ShardScene();
        shard.Publish("a", "b");
        shard.Commit();
        Assert.False(shard.LookLive().MayCountSettled());
        shard.Deliver(1);
        shard.Note();
        shard.Restart();
        Assert.True(shard.LookLive().MayCountSettled());
    }

    private static DeliveryStatus?[] Statuses(ShardScene shard, SubscriptionView look) =>
        [.. Enumerable.Range(1, (int)shard.Last).Select(sequence => look.Find(shard.EntryOf(sequence))?.Status)];
}
