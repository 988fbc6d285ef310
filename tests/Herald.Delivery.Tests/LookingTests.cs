using Herald.Engine.Catalogs;
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
    public async Task A_redrive_is_part_of_the_story_also_after_a_restart()
    {
        await using var node = await StartAsync(Once);
        var tries = 0;
        node.Channel.Answer("s", (_, _, _) => ValueTask.FromResult(++tries == 1 ? ScriptedChannel.Fail(500) : ScriptedChannel.Ok));
        await PublishAsync(node, 1);
        await UntilAsync(node, 1, DeliveryStatus.DeadLettered);
        var original = (await StoryAsync(node, 1)).Sequence;
        Assert.Equal(1, await node.Engine.By("ops").DeadLetters.RedriveAllAsync("s", default));
        await UntilAsync(node, 1, DeliveryStatus.Delivered);
        await node.RestartAsync();

        var story = await StoryAsync(node, 1);
        var delivery = Assert.Single(story.Deliveries);
        Assert.Equal((DeliveryStatus.Delivered, original, original + 1, 2), (delivery.Status, story.Sequence, delivery.Sequence, delivery.Attempts));
        Assert.Equal(
            [(DeliveryStepKind.DeadLettered, 1, null, null), (DeliveryStepKind.Redriven, 0, "ops", (long?)(original + 1)), (DeliveryStepKind.Delivered, 1, null, null)],
            delivery.Steps.Select(step => (step.Kind, step.Attempts, step.By, step.Sequence)));
        Assert.Equal([original, original + 1], story.Attempts.Select(attempt => attempt.Sequence));
    }

    [Fact]
    public async Task A_redrive_that_fails_again_and_is_discarded_is_told_step_by_step()
    {
        await using var node = await StartAsync(Once);
        node.Channel.Answer("s", (_, _, _) => ValueTask.FromResult(ScriptedChannel.Fail(500)));
        await PublishAsync(node, 1);
        for (var letters = 1; letters <= 2; letters++)
        {
            await UntilStepsAsync(node, steps => steps.Count(kind => kind == DeliveryStepKind.DeadLettered) == letters);
            if (letters == 1)
                Assert.Equal(1, await node.Engine.By("ops").DeadLetters.RedriveAllAsync(null, default));
        }
        Assert.Equal(1, await node.Engine.By("dev").DeadLetters.DiscardAllAsync("s", default));
        var delivery = await DeliveryAsync(node, 1);
        Assert.Equal(DeliveryStatus.Discarded, delivery.Status);
        Assert.Equal(
            [(DeliveryStepKind.DeadLettered, null), (DeliveryStepKind.Redriven, "ops"), (DeliveryStepKind.DeadLettered, null), (DeliveryStepKind.Discarded, "dev")],
            delivery.Steps.Select(step => (step.Kind, step.By)));
    }

    [Fact]
    public async Task A_hold_with_its_release_and_a_replay_are_told_with_who_ordered_them()
    {
        await using var node = await StartAsync(Once with { OnExhausted = OnExhausted.Hold });
        var tries = 0;
        node.Channel.Answer("s", (_, _, _) => ValueTask.FromResult(++tries == 1 ? ScriptedChannel.Fail(500) : ScriptedChannel.Ok));
        await PublishAsync(node, 1);
        await UntilAsync(node, 1, DeliveryStatus.Held);
        var held = await DeliveryAsync(node, 1);
        Assert.True(await node.Engine.By("ops").ReleaseAsync("s", held.Shard, held.Sequence, discard: false, default));
        await UntilAsync(node, 1, DeliveryStatus.Delivered);
        await node.Engine.By("dev").Catalog.ReplayAsync("s", new StartFrom.Earliest(), default);
        await UntilStepsAsync(node, steps => steps.Count(kind => kind == DeliveryStepKind.Delivered) == 2);
        var story = await StoryAsync(node, 1);
        Assert.Equal(
            [
                (DeliveryStepKind.Held, 1, null), (DeliveryStepKind.Released, 0, "ops"), (DeliveryStepKind.Delivered, 1, null),
                (DeliveryStepKind.Replayed, 0, "dev"), (DeliveryStepKind.Delivered, 1, null),
            ],
            story.Deliveries[0].Steps.Select(step => (step.Kind, step.Attempts, step.By)));
        Assert.Equal([1, 1, 2], story.Attempts.Select(attempt => attempt.Generation));
    }

    [Fact]
    public async Task A_forward_names_its_topic()
    {
        await using var node = await StartAsync(Once with { OnExhausted = OnExhausted.Forward, ForwardTo = "other" });
        node.Channel.Answer("s", (_, _, _) => ValueTask.FromResult(ScriptedChannel.Fail(500)));
        await PublishAsync(node, 1);
        await UntilAsync(node, 1, DeliveryStatus.Forwarded);
        Assert.Equal("other", Assert.Single((await DeliveryAsync(node, 1)).Steps).Topic);
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

    private static Task UntilStepsAsync(Node node, Func<IEnumerable<DeliveryStepKind>, bool> are) =>
        Until.HoldsAsync(async () => are((await DeliveryAsync(node, 1)).Steps.Select(step => step.Kind)));

    private static Task UntilAsync(Node node, int number, DeliveryStatus status) => Until.HoldsAsync(async () => (await DeliveryAsync(node, number)).Status == status);
}
