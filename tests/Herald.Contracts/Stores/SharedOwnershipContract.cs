using Xunit;

namespace Herald.Contracts.Stores;

/// <summary>What a store promises that places its shards on the nodes that run, under leases that end when a node falls silent.</summary>
public abstract class SharedOwnershipContract(StoreHarness harness) : OwnershipContract(harness)
{
    private const int MostNodes = 4;

    private int ShardCount => Harness.Log.ShardCount;

    [Fact]
    public async Task Nodes_that_join_get_an_even_share_and_nothing_else_moves()
    {
        var nodes = new List<StoreNode> { Harness.Node };
        var before = await SettleAsync([.. nodes]);
        while (nodes.Count < MostNodes)
        {
            var joined = await Harness.OpenNodeAsync();
            nodes.Add(joined);
            var after = await SettleAsync([.. nodes]);
            AssertEven(after, nodes.Count);
            AssertMoved(before, after, (_, now) => now.Node == joined);
            before = after;
        }
    }

    [Fact]
    public async Task The_shards_of_a_closed_node_are_free_at_once_and_nothing_else_moves()
    {
        var nodes = new List<StoreNode> { Harness.Node };
        while (nodes.Count < MostNodes)
            nodes.Add(await Harness.OpenNodeAsync());
        var before = await SettleAsync([.. nodes]);
        while (nodes.Count > 1)
        {
            var closed = nodes[0];
            nodes.RemoveAt(0);
            await closed.Close();
            var after = await SettleAsync([.. nodes]);
            AssertEven(after, nodes.Count);
            AssertMoved(before, after, (was, _) => was.Node == closed);
            before = after;
        }
    }

    [Fact]
    public async Task A_shard_that_should_move_stays_with_its_owner_until_it_is_released()
    {
        var (first, second) = (Harness.Node, await Harness.OpenNodeAsync());
        var all = await RenewAsync(first);
        Assert.Equal(ShardCount, all.Length);
        Assert.DoesNotContain(all, lease => lease.IsLeaving);
        for (var i = 0; i < 3; i++)
        {
            Assert.Empty(await RenewAsync(second));
            Assert.Equal(all.Select(lease => lease.Epoch), (await RenewAsync(first)).Select(lease => lease.Epoch));
        }
        var leaving = (await RenewAsync(first)).Where(lease => lease.IsLeaving).ToArray();
        Assert.Equal(ShardCount / 2, leaving.Length);
        await SaveAsync(new HeldLease(first, leaving[0]), 1, "one");
        await first.Ownership.ReleaseAsync(leaving, Cancel);

        var taken = await RenewAsync(second);
        Assert.Equal(leaving.Select(lease => lease.Shard), taken.Select(lease => lease.Shard));
        Assert.All(leaving.Zip(taken), pair => Assert.True(pair.Second.Epoch > pair.First.Epoch));
        Assert.Equal(["one"], await LoadAsync(new HeldLease(second, taken[0])));
    }

    [Fact]
    public async Task A_node_that_gives_way_keeps_its_shards_until_it_releases_them_and_gets_no_more()
    {
        var (first, second) = (Harness.Node, await Harness.OpenNodeAsync());
        var before = await SettleAsync(first, second);
        Assert.True(await first.Ownership.GiveWayAsync(Cancel));

        var leaving = await RenewAsync(first);
        var expected = before.Where(one => one.Node == first).Select(one => one.Lease with { IsLeaving = true }).ToArray();
        Assert.Equal(expected, leaving);
        Assert.Equal(before.Where(one => one.Node == second).Select(one => one.Lease).ToArray(), await RenewAsync(second));
        await SaveAsync(new HeldLease(first, leaving[0]), 1, "one");
        await first.Ownership.ReleaseAsync(leaving, Cancel);
        Assert.Equal(ShardCount, (await RenewAsync(second)).Length);
        Assert.Empty(await RenewAsync(first));

        // Shards that move later pass it by as well.
        var third = await Harness.OpenNodeAsync();
        var after = await SettleAsync(first, second, third);
        Assert.DoesNotContain(after, one => one.Node == first);
        AssertEven(after, 2);
    }

    [Fact]
    public async Task A_node_that_gives_way_right_after_another_one_has_joined_gets_nothing_back()
    {
        var (first, second) = (Harness.Node, await Harness.OpenNodeAsync());
        var all = await RenewAsync(first);
        // The first node has not renewed since, so only the store knows of the second one.
        Assert.Empty(await RenewAsync(second));
        Assert.True(await first.Ownership.GiveWayAsync(Cancel));
        await first.Ownership.ReleaseAsync(all, Cancel);
        Assert.Empty(await RenewAsync(first));
        Assert.Equal(ShardCount, (await RenewAsync(second)).Length);
    }

    [Fact]
    public async Task A_node_that_gives_way_gets_nothing_back_although_it_was_silent_for_too_long()
    {
        var (first, second) = (Harness.Node, await Harness.OpenNodeAsync());
        var before = await SettleAsync(first, second);
        Assert.True(await first.Ownership.GiveWayAsync(Cancel));
        await WhenReplacedAsync(second, before);
        await SettleAsync(second);
        // The node renews its leases until it has stopped. First it finds out, then it can join again.
        for (var i = 0; i < 3; i++)
        {
            Assert.Empty(await RenewAsync(first));
            Assert.DoesNotContain(await RenewAsync(second), lease => lease.IsLeaving);
        }
    }

    [Fact]
    public async Task A_silent_node_loses_its_shards_after_its_lease_and_not_before()
    {
        var (silent, other) = (Harness.Node, await Harness.OpenNodeAsync());
        var before = await SettleAsync(silent, other);
        var (lost, lease) = (before.Where(one => one.Node == silent).ToArray(), ValidFor(before));

        var passed = await WhenReplacedAsync(other, before);
        Assert.True(passed > lease, $"A lease of {lease} was over after {passed}.");
        Assert.True(passed <= 2 * lease, $"A lease of {lease} was over only after {passed}.");
        var after = await SettleAsync(other);
        Assert.All(lost, one => Assert.True(after[one.Shard.Value].Lease.Epoch > one.Lease.Epoch));
        await AssertRefusedAsync(lost[0]);

        // It finds out, and joins again like a new node.
        Assert.Empty(await RenewAsync(silent));
        var again = await SettleAsync(silent, other);
        AssertEven(again, 2);
        Assert.All(again, one => Assert.True(one.Node == other || one.Lease.Epoch > after[one.Shard.Value].Lease.Epoch));
    }

    [Fact]
    public async Task A_node_that_renews_in_time_keeps_its_shards()
    {
        var (first, second) = (Harness.Node, await Harness.OpenNodeAsync());
        var before = await SettleAsync(first, second);
        for (var i = 0; i < 5; i++)
        {
            Harness.Clock.Advance(ValidFor(before) * 0.9);
            Assert.Equal(before, await SettleAsync(first, second));
        }
    }

    [Fact]
    public async Task A_silent_node_that_nobody_has_replaced_goes_on_with_its_epochs()
    {
        var (silent, other) = (Harness.Node, await Harness.OpenNodeAsync());
        var before = await SettleAsync(silent, other);
        Harness.Clock.Advance(2 * ValidFor(before));
        Assert.Equal(before, await SettleAsync(silent, other));
        await SaveAsync(before.First(one => one.Node == silent), 1, "one");
    }

    [Fact]
    public async Task Other_nodes_hear_of_a_release()
    {
        var (first, second) = (Harness.Node, await Harness.OpenNodeAsync());
        await SettleAsync(first, second);
        var heard = 0;
        using var listening = second.Ownership.OnMoved(() => Interlocked.Increment(ref heard));
        await AssertHeardAsync(
            () => Volatile.Read(ref heard) > 0, async () => await first.Ownership.ReleaseAsync(await RenewAsync(first), Cancel));
    }

    /// <summary>
    /// Lets only this node renew, until it has more shards than before. Returns how long the other nodes were silent.
    /// </summary>
    private async Task<TimeSpan> WhenReplacedAsync(StoreNode node, HeldLease[] before)
    {
        var (step, own) = (ValidFor(before) / 10, before.Count(one => one.Node == node));
        for (var steps = 1; steps <= 30; steps++)
        {
            Harness.Clock.Advance(step);
            if ((await RenewAsync(node)).Length > own)
                return steps * step;
        }
        throw new InvalidOperationException("After three leases without a renewal, a node still has its shards.");
    }

    private static TimeSpan ValidFor(HeldLease[] held) => held[0].Lease.ValidFor!.Value;

    private static void AssertEven(HeldLease[] held, int nodes)
    {
        var counts = held.CountBy(one => one.Node).Select(one => one.Value).ToArray();
        Assert.Equal(nodes, counts.Length);
        Assert.True(counts.Max() - counts.Min() <= 1, $"The nodes have {counts.Min()} to {counts.Max()} shards.");
    }

    /// <summary>Checks that only these shards have moved, and that all others have the same lease.</summary>
    private static void AssertMoved(HeldLease[] before, HeldLease[] after, Func<HeldLease, HeldLease, bool> mayMove)
    {
        foreach (var (was, now) in before.Zip(after))
        {
            if (mayMove(was, now))
                Assert.True(now.Lease.Epoch > was.Lease.Epoch);
            else
                Assert.Equal(was, now);
        }
    }
}
