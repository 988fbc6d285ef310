using Herald.Engine;
using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Inspection;
using Herald.Engine.Subscriptions;
using Xunit;

namespace Herald.Delivery.Tests;

/// <summary>Every node answers queries about all shards, including those of other nodes.</summary>
public sealed class ClusterLookingTests
{
    private const int Keys = 40;

    private static readonly RetryPolicy Once = new() { Waits = new RetryWaits.Schedule([TimeSpan.FromHours(1)], 0), MaxAttempts = 1 };
    private static readonly RetryPolicy Twice = Once with { MaxAttempts = 2 };

    public static TheoryData<RetryPolicy, bool, DeliveryStatus, DeliveryStatus> Ends { get; } = new()
    {
        { Once, false, DeliveryStatus.Delivered, DeliveryStatus.Delivered },
        { Once, true, DeliveryStatus.DeadLettered, DeliveryStatus.DeadLettered },
        { Once with { OnExhausted = OnExhausted.Hold }, true, DeliveryStatus.Held, DeliveryStatus.Waiting },
        { Twice, true, DeliveryStatus.Blocked, DeliveryStatus.Waiting },
    };

    [Theory]
    [MemberData(nameof(Ends), DisableDiscoveryEnumeration = true)]
    public async Task Every_node_tells_the_same_of_every_event(RetryPolicy retry, bool fails, DeliveryStatus first, DeliveryStatus second)
    {
        await using var cluster = await StartAsync(retry, fails);
        await cluster.PublishAsync(0, Enumerable.Range(0, Keys).SelectMany(key => Enumerable.Range(1, 2).Select(number => (key, number))));
        var owners = new HashSet<int>();
        for (var key = 0; key < Keys; key++)
        {
            foreach (var (number, status) in new[] { (1, first), (2, second) })
            {
                foreach (var node in cluster.Nodes)
                    await Until.HoldsAsync(async () => Assert.Single((await StoryAsync(node, key, number)).Deliveries).Status == status);
                var (one, other) = (await StoryAsync(cluster.Nodes[0], key, number), await StoryAsync(cluster.Nodes[1], key, number));
                Assert.Equal(one.Deliveries.Select(delivery => delivery with { Steps = [], Why = null }), other.Deliveries.Select(delivery => delivery with { Steps = [], Why = null }));
                Assert.Equal(one.Deliveries.SelectMany(delivery => delivery.Steps), other.Deliveries.SelectMany(delivery => delivery.Steps));
                Assert.Equal(status == DeliveryStatus.Blocked, one.Deliveries[0].NextAttemptAt is not null);
                owners.Add(cluster.Shards.OwnerOf(one.Shard));
            }
        }
        Assert.Equal([0, 1], owners.Order());
    }

    [Fact]
    public async Task An_attempt_in_flight_on_another_node_is_told_as_waiting()
    {
        await using var cluster = await StartAsync(Once, fails: false);
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        cluster.Channel.Answer("s", async (_, _, cancel) =>
        {
            await answer.Task.WaitAsync(cancel);
            return ScriptedChannel.Ok;
        });
        await cluster.PublishAsync(0, [(1, 1)]);
        var owner = cluster.Shards.OwnerOf((await StoryAsync(cluster.Nodes[0], 1, 1)).Shard);
        await UntilAsync(cluster.Nodes[owner], DeliveryStatus.InFlight);
        await UntilAsync(cluster.Nodes[1 - owner], DeliveryStatus.Waiting);
        Assert.Equal((1, 0), ((await LagAsync(cluster.Nodes[owner])).InFlight, (await LagAsync(cluster.Nodes[1 - owner])).InFlight));
        answer.SetResult();
        await UntilAsync(cluster.Nodes[1 - owner], DeliveryStatus.Delivered);

        static Task UntilAsync(HeraldEngine node, DeliveryStatus status) =>
            Until.HoldsAsync(async () => Assert.Single((await StoryAsync(node, 1, 1)).Deliveries).Status == status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_held_key_is_released_or_discarded_through_any_node(bool discard)
    {
        await using var cluster = await StartAsync(Once with { OnExhausted = OnExhausted.Hold }, fails: true);
        await cluster.PublishAsync(0, [(1, 1), (1, 2)]);
        await Until.HoldsAsync(async () => (await LagAsync(cluster.Nodes[0])).HeldKeys == 1);
        var held = Assert.Single((await cluster.Nodes[0].Inspector.BlockedKeysAsync("s", 10, null, default)).Items);
        var other = cluster.Nodes[1 - cluster.Shards.OwnerOf(held.Shard)];
        Assert.False(await other.ReleaseAsync("s", held.Shard, held.Sequence + 1, discard, default));
        Assert.False(await other.ReleaseAsync("s", 1000, held.Sequence, discard, default));
        cluster.Channel.Answer("s", (_, _, _) => new(ScriptedChannel.Ok));

        await Until.HoldsAsync(async () => await other.ReleaseAsync("s", held.Shard, held.Sequence, discard, default));
        foreach (var (number, status) in new[] { (1, discard ? DeliveryStatus.Discarded : DeliveryStatus.Delivered), (2, DeliveryStatus.Delivered) })
            await Until.HoldsAsync(async () => Assert.Single((await StoryAsync(other, 1, number)).Deliveries).Status == status);
        Assert.False(await other.ReleaseAsync("s", held.Shard, held.Sequence, discard, default));
    }

    [Fact]
    public async Task Lag_and_lists_are_of_all_shards_page_by_page()
    {
        await using var cluster = await StartAsync(Once with { OnExhausted = OnExhausted.Hold }, fails: true);
        await cluster.PublishAsync(1, Enumerable.Range(0, Keys).Select(key => (key, 1)));
        foreach (var node in cluster.Nodes)
        {
            await Until.HoldsAsync(async () => (await LagAsync(node)) is { HeldKeys: Keys, Waiting: Keys });
            var lag = await LagAsync(node);
            Assert.Equal(Enumerable.Range(0, 16), lag.Shards.Select(shard => shard.Shard));
            Assert.Equal(Keys, lag.Shards.Sum(shard => shard.Head));
            Assert.True(lag is { BlockedKeys: 0, Behind: false, OldestWaitingAt: not null, Limit: > 0 });
            // Some of the shards belong to the other node.
            Assert.True((await node.Inspector.CountedLagAsync("s", default)) is { Waiting: Keys, WaitingIs: CountMeaning.AtMost, Oldest: not null });
        }
        var keys = await BlockedKeysAsync(cluster.Nodes[0], 7);
        Assert.Equal(Enumerable.Range(0, Keys).Select(key => $"{key}").Order(), keys.Select(key => key.Key).Order());
        Assert.All(keys, key => Assert.Equal((true, 1, "answered 500"), (key.Held, key.Attempts, key.LastReason)));
        Assert.Equal(keys, await BlockedKeysAsync(cluster.Nodes[1], 3));
        Assert.Equal(keys.Select(key => (key.Shard, key.Sequence)), await DeliveriesAsync(cluster.Nodes[0], 5));
        Assert.Equal(keys.Select(key => (key.Shard, key.Sequence)), await DeliveriesAsync(cluster.Nodes[1], 1000));
    }

    [Fact]
    public async Task Shards_that_move_meanwhile_are_told_of()
    {
        await using var cluster = await StartAsync(Once with { OnExhausted = OnExhausted.Hold }, fails: true);
        await cluster.PublishAsync(0, Enumerable.Range(0, Keys).Select(key => (key, 1)));
        foreach (var node in cluster.Nodes)
            await Until.HoldsAsync(async () => (await LagAsync(node)).HeldKeys == Keys);
        var moving = Task.WhenAll(Enumerable.Range(0, 16).Select(async shard =>
        {
            for (var times = 0; times < 6; times++)
                await cluster.Shards.MoveAsync(shard, 1 - cluster.Shards.OwnerOf(shard));
        }));
        var asked = 0;
        for (; !moving.IsCompleted || asked < 10; asked++)
        {
            foreach (var node in cluster.Nodes)
            {
                Assert.Equal(Keys, (await LagAsync(node)).HeldKeys);
                Assert.Equal(Keys, (await BlockedKeysAsync(node, 9)).Count);
                Assert.Equal(DeliveryStatus.Held, Assert.Single((await StoryAsync(node, asked % Keys, 1)).Deliveries).Status);
            }
        }
        await moving;
    }

    [Fact]
    public async Task Filters_may_be_changed_more_often_than_are_remembered_once_all_shards_have_routed_past()
    {
        await using var cluster = await StartAsync(Once, fails: false);
        for (var change = 1; change <= 70; change++)
        {
            Assert.Equal(CatalogOutcome.Updated, await ChangeFilterAsync(cluster, change));
            await cluster.PublishAsync(change % 2, Enumerable.Range(0, 20).Select(key => (key, change)));
            foreach (var node in cluster.Nodes)
                await Until.HoldsAsync(async () => (await LagAsync(node)).Shards.All(shard => shard.Position == shard.Head));
        }
    }

    [Fact]
    public async Task A_key_that_is_held_on_another_node_keeps_the_filters_that_came_after_it()
    {
        await using var cluster = await StartAsync(Once with { OnExhausted = OnExhausted.Hold }, fails: true);
        await cluster.PublishAsync(0, [(1, 1)]);
        foreach (var node in cluster.Nodes)
            await Until.HoldsAsync(async () => (await LagAsync(node)).HeldKeys == 1);
        var owner = cluster.Shards.OwnerOf((await StoryAsync(cluster.Nodes[0], 1, 1)).Shard);
        for (var change = 1; change < 64; change++)
            Assert.Equal(CatalogOutcome.Updated, await ChangeFilterAsync(cluster, change, 1 - owner));
        Assert.Equal(CatalogOutcome.InUse, await ChangeFilterAsync(cluster, 64, 1 - owner));
    }

    private static async Task<Cluster> StartAsync(RetryPolicy retry, bool fails)
    {
        var cluster = await Cluster.StartAsync(Node.Draft("s") with { Retry = retry });
        cluster.Channel.Answer("s", (_, _, _) => ValueTask.FromResult(fails ? ScriptedChannel.Fail(500) : ScriptedChannel.Ok));
        return cluster;
    }

    private static async Task<CatalogOutcome> ChangeFilterAsync(Cluster cluster, int change, int? at = null)
    {
        var (node, draft) = (at ?? change % 2, Node.Draft("s"));
        var there = cluster.Nodes[node].Catalog;
        return await cluster.PutAsync(node, draft with
        {
            Retry = (await there.FindSubscriptionAsync("s", default))!.Retry,
            Filter = new Filter([new FilterClause("change", false, [$"{change}"])]),
        });
    }

    private static async Task<EventStory> StoryAsync(HeraldEngine node, int key, int number) =>
        (await node.Inspector.FindEventAsync((await node.Catalog.FindTopicAsync("orders", default))!, $"{key}-{number}", $"{key}", default))!;

    private static async Task<SubscriptionLag> LagAsync(HeraldEngine node) => (await node.Inspector.LagAsync("s", default))!;

    private static Task<List<BlockedKeyView>> BlockedKeysAsync(HeraldEngine node, int limit) =>
        AllAsync(cursor => node.Inspector.BlockedKeysAsync("s", limit, cursor, default));

    private static async Task<IEnumerable<(int, long)>> DeliveriesAsync(HeraldEngine node, int limit) =>
        (await AllAsync(cursor => node.Inspector.DeliveriesAsync("s", limit, cursor, default))).Select(delivery => (delivery.Shard, delivery.Sequence));

    private static async Task<List<T>> AllAsync<T>(Func<string?, ValueTask<Page<T>>> ask)
    {
        var (all, cursor) = (new List<T>(), default(string));
        do
        {
            var page = await ask(cursor);
            all.AddRange(page.Items);
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        return all;
    }
}
