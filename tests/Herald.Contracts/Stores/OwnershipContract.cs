using System.Text;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.TestKit.Time;
using Xunit;

namespace Herald.Contracts.Stores;

/// <summary>What every store promises about the owners of its shards, whether it can have one node or several.</summary>
/// <remarks>
/// The clock stands still unless a test moves it. So when a shard gets another owner, it was released: its lease has not run out.
/// </remarks>
public abstract class OwnershipContract(StoreHarness harness) : StoreContract(harness)
{
    private const int MostRounds = 30;
    private static readonly ShardId Shard = new(1), EmittedTo = new(2);

    [Fact]
    public async Task Every_shard_finds_one_owner()
    {
        var held = await SettleAsync(await OpenNodesAsync());
        Assert.All(held, one => Assert.True(one.Lease.Epoch > 0));
        Assert.All(held, one => Assert.Equal(Harness.LeasesExpire, one.Lease.ValidFor > TimeSpan.Zero));
    }

    [Fact]
    public async Task A_renewal_keeps_the_epochs_while_nobody_else_owned_the_shards()
    {
        var node = Harness.Node;
        var first = await RenewAsync(node);
        Assert.NotEmpty(first);
        for (var i = 0; i < 2; i++)
        {
            // The leases have run out, but there is no other node to take the shards.
            Harness.Clock.Advance(2 * (first[0].ValidFor ?? TimeSpan.FromMinutes(1)));
            Assert.Equal(first, await RenewAsync(node));
        }
        await SaveAsync(new HeldLease(node, first[0]), 1, "one");
        Assert.Equal(["one"], await LoadAsync(new HeldLease(node, first[0])));
    }

    [Fact]
    public async Task A_released_shard_is_free_at_once_and_gets_a_higher_epoch()
    {
        var nodes = await OpenNodesAsync();
        var before = await SettleAsync(nodes);
        await ReleaseAsync(before);
        var after = await SettleAsync(nodes);
        Assert.All(before.Zip(after), pair => Assert.True(pair.Second.Lease.Epoch > pair.First.Lease.Epoch));
    }

    [Fact]
    public async Task No_epoch_is_given_twice_whatever_is_released_and_reopened()
    {
        var highest = new Dictionary<ShardId, long>();
        for (var round = 0; round < 6; round++)
        {
            var node = Harness.Node;
            var leases = await RenewAsync(node);
            Assert.NotEmpty(leases);
            foreach (var lease in leases)
            {
                var last = highest.GetValueOrDefault(lease.Shard);
                Assert.True(lease.Epoch > last, $"{lease} came after epoch {last}.");
                highest[lease.Shard] = lease.Epoch;
            }
            if (round % 3 < 2)
                await node.Ownership.ReleaseAsync(leases, Cancel);
            if (round % 3 > 0)
                await Harness.ReopenAsync();
        }
    }

    [Fact]
    public async Task A_release_of_an_old_epoch_changes_nothing()
    {
        var nodes = await OpenNodesAsync();
        var old = await SettleAsync(nodes);
        await ReleaseAsync(old);
        var current = await SettleAsync(nodes);

        // A release can arrive twice, the second time after the next owner has begun.
        await ReleaseAsync(old);
        foreach (var node in nodes)
            await node.Ownership.ReleaseAsync([], Cancel);
        Assert.Equal(current, await SettleAsync(nodes));
    }

    [Fact]
    public async Task A_previous_owner_saves_nothing_more_and_the_next_one_finds_what_it_saved()
    {
        var nodes = await OpenNodesAsync();
        var old = (await SettleAsync(nodes))[Shard.Value];
        await SaveAsync(old, 1, "one");
        await ReleaseAsync(old);
        await AssertRefusedAsync(old);

        var current = (await SettleAsync(nodes))[Shard.Value];
        await AssertRefusedAsync(old);
        Assert.Equal(["one"], await LoadAsync(current));
        await SaveAsync(current, 1, "two");
        await AssertRefusedAsync(old);
        Assert.Equal(["one", "two"], await LoadAsync(current));
        foreach (var node in nodes)
            Assert.Equal(["one", "two"], Texts(await node.Shards.PeekAsync(Shard, Cancel)));
    }

    [Fact]
    public async Task Two_owners_never_hold_a_shard_under_the_same_epoch()
    {
        var nodes = await OpenNodesAsync();
        var given = await Task.WhenAll(nodes.Select((node, number) => RenewAndReleaseAsync(node, number)));
        var seen = given.SelectMany(some => some).ToArray();
        Assert.All(seen.GroupBy(one => one.Fence), owners => Assert.Single(owners.Select(one => one.Node).Distinct()));

        var held = await SettleAsync(nodes);
        Assert.All(seen, one => Assert.True(one.Lease.Epoch <= held[one.Shard.Value].Lease.Epoch));
    }

    [Fact]
    public async Task A_cancelled_renewal_takes_nothing_away()
    {
        var node = Harness.Node;
        var first = await RenewAsync(node);
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await node.Ownership.RenewAsync(cancelled));
        for (var i = 0; i < 10; i++)
        {
            using var cancel = new CancellationTokenSource();
            var renewing = node.Ownership.RenewAsync(cancel.Token).AsTask();
            await cancel.CancelAsync();
            // The answer can be quicker.
            await Task.WhenAny(renewing);
            Assert.True(renewing.Exception?.InnerException is null or StoreUnavailableException, $"{renewing.Exception}");
        }
        Assert.Equal(first, await RenewAsync(node));
    }

    [Fact]
    public async Task A_closed_node_renews_nothing_and_the_next_one_owns_its_shards_at_once()
    {
        var closed = Harness.Node;
        var before = await RenewAsync(closed);
        await closed.Close();
        await AssertClosedAsync(closed);

        await Harness.ReopenAsync();
        var after = await RenewAsync(Harness.Node);
        Assert.Equal(before.Select(lease => lease.Shard), after.Select(lease => lease.Shard));
        Assert.All(before.Zip(after), pair => Assert.True(pair.Second.Epoch > pair.First.Epoch));
        await AssertClosedAsync(closed);
        Assert.Equal(after, await RenewAsync(Harness.Node));
    }

    [Fact]
    public async Task A_second_node_takes_nothing_away_from_the_first()
    {
        var first = Harness.Node;
        var before = await RenewAsync(first);
        if (Harness.CanHaveMoreNodes)
        {
            var second = await Harness.OpenNodeAsync();
            for (var i = 0; i < 3; i++)
                Assert.Empty((await RenewAsync(second)).Select(lease => lease.Shard).Intersect(before.Select(lease => lease.Shard)));
        }
        else
        {
            await Assert.ThrowsAnyAsync<IOException>(async () => await Harness.OpenNodeAsync());
        }
        var after = await RenewAsync(first);
        Assert.Equal(before.Select(lease => (lease.Shard, lease.Epoch)), after.Select(lease => (lease.Shard, lease.Epoch)));
        await SaveAsync(new HeldLease(first, after[0]), 1, "one");
    }

    [Fact]
    public async Task A_listener_hears_of_free_shards_until_it_is_removed()
    {
        var nodes = await OpenNodesAsync();
        var (heard, removed) = (0, 0);
        foreach (var node in nodes)
            node.Ownership.OnMoved(() => Interlocked.Increment(ref removed)).Dispose();
        var listening = nodes.Select(node => node.Ownership.OnMoved(() => Interlocked.Increment(ref heard))).ToArray();
        await AssertHeardAsync(
            () => Volatile.Read(ref heard) > 0,
            async () =>
            {
                var held = await SettleAsync(nodes);
                await ReleaseAsync(held[0]);
            });
        foreach (var one in listening)
            one.Dispose();
        Assert.Equal(0, Volatile.Read(ref removed));
    }

    [Fact]
    public async Task A_node_learns_the_lowest_catalog_version_that_another_one_follows()
    {
        var nodes = await OpenNodesAsync();
        for (var i = 0; i < nodes.Length; i++)
        {
            nodes[i].Ownership.Follows(5 + i);
            await RenewAsync(nodes[i]);
        }
        for (var i = 0; i < nodes.Length; i++)
        {
            var others = Enumerable.Range(0, nodes.Length).Where(other => other != i).Select(other => 5L + other);
            Assert.Equal(others.Append(long.MaxValue).Min(), await nodes[i].Ownership.OthersFollowAsync(Cancel));
        }
    }

    [Fact]
    public async Task A_node_without_others_gives_way_to_nobody()
    {
        var node = Harness.Node;
        var before = await RenewAsync(node);
        Assert.False(await node.Ownership.GiveWayAsync(Cancel));
        Assert.Equal(before, await RenewAsync(node));
    }

    /// <summary>Opens three nodes, or one when the store can have no more. The first is the harness's own.</summary>
    protected async Task<StoreNode[]> OpenNodesAsync()
    {
        var nodes = new List<StoreNode> { Harness.Node };
        while (Harness.CanHaveMoreNodes && nodes.Count < 3)
            nodes.Add(await Harness.OpenNodeAsync());
        return [.. nodes];
    }

    /// <summary>
    /// Lets the nodes renew in turn, and release what should move, until every shard has an owner and nothing changes any more. Returns the
    /// leases by shard.
    /// </summary>
    protected async Task<HeldLease[]> SettleAsync(params StoreNode[] nodes)
    {
        HeldLease[] before = [];
        for (var round = 0; round < MostRounds; round++)
        {
            var (held, moving) = (new List<HeldLease>(), 0);
            foreach (var node in nodes)
            {
                var leases = await RenewAsync(node);
                held.AddRange(leases.Where(lease => !lease.IsLeaving).Select(lease => new HeldLease(node, lease)));
                var leaving = leases.Where(lease => lease.IsLeaving).ToArray();
                moving += leaving.Length;
                await node.Ownership.ReleaseAsync(leaving, Cancel);
            }
            HeldLease[] all = [.. held.OrderBy(one => one.Shard.Value)];
            Assert.Equal(all.Length, all.Select(one => one.Shard).Distinct().Count());
            if (moving == 0 && all.Length == Harness.Log.ShardCount && all.SequenceEqual(before))
                return all;
            before = all;
        }
        throw new InvalidOperationException(
            $"After {MostRounds} rounds, shards still move, or some have no owner: {before.Length} of {Harness.Log.ShardCount} have one.");
    }

    /// <summary>The leases in the order of their shards.</summary>
    protected static async Task<Lease[]> RenewAsync(StoreNode node) =>
        [.. (await node.Ownership.RenewAsync(Cancel)).OrderBy(lease => lease.Shard.Value)];

    protected static async Task ReleaseAsync(params HeldLease[] held)
    {
        foreach (var ofNode in held.GroupBy(one => one.Node))
            await ofNode.Key.Ownership.ReleaseAsync([.. ofNode.Select(one => one.Lease)], Cancel);
    }

    protected static async Task SaveAsync(HeldLease held, long number, string text) => await held.Node.Shards.CommitAsync(
        new ShardCommit { Fence = held.Fence, Number = number, Progress = StoreEvents.Payload(text) }, Cancel);

    protected static async Task<string[]> LoadAsync(HeldLease held) => Texts(await held.Node.Shards.LoadAsync(held.Fence, Cancel));

    /// <summary>Checks that the store refuses everything that this owner still tries to save, and that nothing of it is there.</summary>
    protected async Task AssertRefusedAsync(HeldLease old)
    {
        old.Node.Shards.Note(new ShardNote(old.Fence, 100, 0, StoreEvents.Payload("noted")));
        // It is behind the note, so after it the note has been decided, too.
        await Assert.ThrowsAsync<StaleOwnerException>(async () => await SaveAsync(old, 101, "late"));
        var whole = new ShardCommit
        {
            Fence = old.Fence,
            Number = 102,
            Progress = StoreEvents.Payload("whole"),
            Emitted = Events.Make(1, shard: EmittedTo.Value),
            State = [new StateWrite("app", StoreEvents.Payload("k"), StoreEvents.Payload("v"))],
        };
        await Assert.ThrowsAsync<StaleOwnerException>(async () => await old.Node.Shards.CommitAsync(whole, Cancel));
        await Assert.ThrowsAsync<StaleOwnerException>(async () => await LoadAsync(old));

        var saved = Texts(await old.Node.Shards.PeekAsync(old.Shard, Cancel));
        Assert.DoesNotContain(saved, text => text is "noted" or "late" or "whole");
        Assert.Empty(await ReadIndexAsync(EmittedTo));
        Assert.Null((await Harness.State.ReadAsync("app", [new StateKey(old.Shard, StoreEvents.Payload("k"))], Cancel))[0]);
    }

    /// <summary>
    /// Checks that a listener hears of shards that a node releases. When the store tells nobody, checks that the listener hears nothing.
    /// </summary>
    protected async Task AssertHeardAsync(Func<bool> heard, Func<Task> release)
    {
        if (!Harness.TellsOfShards)
        {
            await release();
            Assert.False(heard());
            return;
        }
        // A hint can be lost, for example while the node still connects. Then the next one arrives.
        await Until.HoldsAsync(
            async () =>
            {
                await release();
                return heard();
            },
            "a node hears of released shards");
    }

    private static async Task<List<HeldLease>> RenewAndReleaseAsync(StoreNode node, int number)
    {
        var seen = new List<HeldLease>();
        for (var round = 0; round < 30; round++)
        {
            var leases = await RenewAsync(node);
            seen.AddRange(leases.Select(lease => new HeldLease(node, lease)));
            // The nodes release different shards, so that each round some are free for all of them.
            var released = leases.Where(lease => lease.IsLeaving || (lease.Shard.Value + round + number) % 3 == 0).ToArray();
            await node.Ownership.ReleaseAsync(released, Cancel);
        }
        return seen;
    }

    private static async Task AssertClosedAsync(StoreNode node)
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(async () => await node.Ownership.RenewAsync(Cancel));
        Assert.True(failure is StoreUnavailableException or ObjectDisposedException, $"{failure}");
    }

    private static string[] Texts(ShardProgress progress) => [.. progress.Records.Select(record => Encoding.UTF8.GetString(record.Span))];
}
