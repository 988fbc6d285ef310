using Herald.Engine.Catalogs;
using Xunit;

namespace Herald.Delivery.Tests;

/// <summary>After a change of an endpoint, the engine reports when no node starts attempts to the old one any more.</summary>
public sealed class FollowingTests
{
    private const int Rounds = 40, Keys = 100;

    [Fact]
    public async Task Once_a_change_is_followed_nothing_is_sent_to_the_endpoint_before()
    {
        await using var cluster = await Cluster.StartAsync(To(0));
        using var end = new CancellationTokenSource();
        var publishing = PublishAsync(cluster, end.Token);
        var tries = new int[Rounds];
        for (var round = 1; round < Rounds; round++)
        {
            var node = cluster.Nodes[round % 2];
            var changed = await node.Catalog.PutSubscriptionAsync(To(round), new StartFrom.Now(), null, default);
            await node.WhenFollowedAsync(changed.Value!.Version, TestContext.Current.CancellationToken);
            tries[round - 1] = Tries(cluster, round - 1);
            await Until.HoldsAsync(() => Tries(cluster, round) > 0);
        }
        await end.CancelAsync();
        await publishing;
        for (var round = 0; round < Rounds - 1; round++)
            Assert.Equal(tries[round], Tries(cluster, round));
    }

    [Fact]
    public async Task A_node_that_does_not_follow_is_waited_for()
    {
        await using var cluster = await Cluster.StartAsync(To(0));
        using var patience = new CancellationTokenSource();
        var following = cluster.Nodes[0].WhenFollowedAsync(int.MaxValue, patience.Token).AsTask();
        Assert.False(following.IsCompleted);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following);
    }

    [Fact]
    public async Task Who_makes_or_changes_a_subscription_is_told_what_it_has_written()
    {
        await using var node = await Node.StartAsync();
        await node.TopicAsync("orders");
        for (var round = 0; round < 3; round++)
        {
            var written = await node.Engine.Catalog.PutSubscriptionAsync(To(round), new StartFrom.Now(), null, default);
            var there = await node.Engine.Catalog.FindSubscriptionAsync("s", default);
            Assert.Equal((there!.Number, there.Version, there.Endpoint), (written.Value!.Number, written.Value.Version, written.Value.Endpoint));
        }
    }

    [Fact]
    public async Task One_node_alone_waits_for_nobody()
    {
        await using var node = await Node.StartAsync();
        await node.TopicAsync("orders");
        var made = await node.Engine.Catalog.PutSubscriptionAsync(Node.Draft("s"), new StartFrom.Now(), null, default);
        await node.Engine.WhenFollowedAsync(made.Value!.Version, default);
    }

    private static SubscriptionDraft To(int round) => Node.Draft("s") with { Endpoint = $"test://r{round}/" };

    private static int Tries(Cluster cluster, int round) => cluster.Channel.JudgeOf($"r{round}").Tries;

    private static async Task PublishAsync(Cluster cluster, CancellationToken end)
    {
        for (var number = 1; !end.IsCancellationRequested; number++)
            await cluster.PublishAsync(number % 2, Enumerable.Range(0, Keys).Select(key => (key, number)));
    }
}
