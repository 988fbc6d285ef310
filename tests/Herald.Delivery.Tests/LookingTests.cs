using Herald.Engine.Inspection;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Xunit;

namespace Herald.Delivery.Tests;

/// <summary>The API reports correctly what happened to an event.</summary>
public sealed class LookingTests
{
    private static readonly RetryPolicy Once = new() { Waits = new RetryWaits.Schedule([TimeSpan.FromMilliseconds(1)], 0), MaxAttempts = 1 };

    [Theory]
    [InlineData(OnExhausted.DeadLetter, DeliveryStatus.DeadLettered)]
    [InlineData(OnExhausted.Forward, DeliveryStatus.Forwarded)]
    public async Task A_used_up_delivery_says_how_it_ended(OnExhausted then, DeliveryStatus status)
    {
        await using var node = await StartAsync(Once with { OnExhausted = then, ForwardTo = then == OnExhausted.Forward ? "other" : null });
        node.Channel.Answer("s", (_, number, _) => ValueTask.FromResult(number == 1 ? ScriptedChannel.Fail(500) : ScriptedChannel.Ok));
        await PublishAsync(node, 2);
        await node.Channel.JudgeOf("s").WaitForAsync(1);
        await UntilAsync(node, 2, DeliveryStatus.Delivered);
        var first = await DeliveryAsync(node, 1);
        Assert.Equal((status, 1, "answered 500"), (first.Status, first.Attempts, first.LastReason));
    }

    [Fact]
    public async Task A_delivery_that_came_too_late_has_expired_without_an_attempt()
    {
        await using var node = await StartAsync(Once with { Ttl = TimeSpan.FromMilliseconds(100) });
        await node.Engine.Catalog.PauseAsync("s", default);
        await PublishAsync(node, 1);
        // Ages count on the steady clock, in whole milliseconds. After twice its maximum age, the delivery is certainly too old.
        var published = TimeProvider.System.GetTimestamp();
        await Until.HoldsAsync(() => TimeProvider.System.GetElapsedTime(published) > TimeSpan.FromMilliseconds(200));
        await node.Engine.Catalog.ResumeAsync("s", default);
        await UntilAsync(node, 1, DeliveryStatus.Expired);
        Assert.Equal((0, 0), ((await DeliveryAsync(node, 1)).Attempts, node.Channel.JudgeOf("s").Tries));
    }

    [Fact]
    public async Task A_held_key_shows_what_waits_behind_it_and_what_was_discarded()
    {
        await using var node = await StartAsync(Once with { OnExhausted = OnExhausted.Hold });
        node.Channel.Answer("s", (_, number, _) => ValueTask.FromResult(number == 1 ? ScriptedChannel.Fail(500) : ScriptedChannel.Ok));
        await PublishAsync(node, 2);
        await UntilAsync(node, 1, DeliveryStatus.Held);
        Assert.Equal(DeliveryStatus.Waiting, (await DeliveryAsync(node, 2)).Status);

        var held = await DeliveryAsync(node, 1);
        Assert.False(await node.Engine.ReleaseAsync("unknown", held.Shard, held.Sequence, discard: true, default));
        Assert.False(await node.Engine.ReleaseAsync("s", 1000, held.Sequence, discard: true, default));
        Assert.False(await node.Engine.ReleaseAsync("s", held.Shard, held.Sequence + 1, discard: true, default));
        Assert.True(await node.Engine.ReleaseAsync("s", held.Shard, held.Sequence, discard: true, default));
        await UntilAsync(node, 2, DeliveryStatus.Delivered);
        Assert.Equal(DeliveryStatus.Discarded, (await DeliveryAsync(node, 1)).Status);
    }

    [Fact]
    public async Task Lists_go_over_pages_without_a_gap_or_a_repeat()
    {
        await using var node = await StartAsync(Once with { OnExhausted = OnExhausted.Hold });
        node.Channel.Answer("s", (_, _, _) => ValueTask.FromResult(ScriptedChannel.Fail(500)));
        await node.PublishAsync((await node.Engine.Catalog.FindTopicAsync("orders", default))!, Enumerable.Range(0, 40).Select(key => (key, 1)));
        await Until.HoldsAsync(async () => (await node.Engine.Inspector.LagAsync("s", default))!.HeldKeys == 40);

        var keys = new List<string>();
        string? cursor = null;
        do
        {
            var page = await node.Engine.Inspector.BlockedKeysAsync("s", 7, cursor, default);
            keys.AddRange(page.Items.Select(item => item.Key!));
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        Assert.Equal(Enumerable.Range(0, 40).Select(key => $"{key}").Order(), keys.Order());
        Assert.Equal(40, (await node.Engine.Inspector.DeliveriesAsync("s", 1000, null, default)).Items.Count);
    }

    [Fact]
    public async Task Of_an_unknown_subscription_nothing_is_told()
    {
        await using var node = await StartAsync(Once);
        Assert.Empty((await node.Engine.Inspector.DeliveriesAsync("unknown", 10, null, default)).Items);
        Assert.Empty((await node.Engine.Inspector.BlockedKeysAsync("unknown", 10, null, default)).Items);
        Assert.Null(await node.Engine.Inspector.LagAsync("unknown", default));
        Assert.Null(await node.Engine.TestAsync("unknown", default));
    }

    [Fact]
    public async Task Dead_letters_of_a_subscription_that_is_gone_are_not_redriven_and_stay()
    {
        await using var node = await StartAsync(Once);
        node.Channel.Answer("s", (_, _, _) => ValueTask.FromResult(ScriptedChannel.Fail(500)));
        await PublishAsync(node, 2);
        await UntilAsync(node, 2, DeliveryStatus.DeadLettered);
        await node.Engine.Catalog.DeleteSubscriptionAsync("s", null, default);
        Assert.Equal(0, await node.Engine.DeadLetters.RedriveAllAsync("s", default));
        var letters = (await node.Engine.DeadLetters.ListAsync(new DeadLetterQuery("s", null, 10, null), default)).Items;
        Assert.Equal(0, await node.Engine.DeadLetters.RedriveAsync([.. letters.Select(letter => letter.Id)], default));
        Assert.Equal(2, letters.Count);
    }

    private static async Task<Node> StartAsync(RetryPolicy retry)
    {
        var node = await Node.StartAsync();
        await node.TopicAsync("orders");
        await node.TopicAsync("other");
        await node.SubscribeAsync(Node.Draft("s") with { Retry = retry });
        return node;
    }

    /// <summary>Publishes events 1, 2 … of key 1.</summary>
    private static async Task PublishAsync(Node node, int count) =>
        await node.PublishAsync((await node.Engine.Catalog.FindTopicAsync("orders", default))!, Enumerable.Range(1, count).Select(number => (1, number)));

    private static async Task<EventStory> StoryAsync(Node node, int number) =>
        (await node.Engine.Inspector.FindEventAsync((await node.Engine.Catalog.FindTopicAsync("orders", default))!, $"1-{number}", "1", default))!;

    private static async Task<DeliveryView> DeliveryAsync(Node node, int number) => Assert.Single((await StoryAsync(node, number)).Deliveries);

    private static Task UntilAsync(Node node, int number, DeliveryStatus status) => Until.HoldsAsync(async () => (await DeliveryAsync(node, number)).Status == status);
}
