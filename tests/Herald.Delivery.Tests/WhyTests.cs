using Herald.Engine.Catalogs;
using Herald.Engine.Inspection;
using Herald.Engine.Subscriptions;
using Xunit;

namespace Herald.Delivery.Tests;

/// <summary>The API says of each delivery why it waits, and of a subscription that does not get an event why not.</summary>
public sealed class WhyTests
{
    private static readonly RetryPolicy Hourly = new() { Waits = new RetryWaits.Schedule([TimeSpan.FromHours(1)], 0), MaxAttempts = 2 };

    private static readonly Script Hangs = async (_, _, cancel) =>
    {
        await new TaskCompletionSource().Task.WaitAsync(cancel);
        return ScriptedChannel.Ok;
    };

    [Fact]
    public async Task What_waits_behind_another_event_of_its_key_names_that_event()
    {
        await using var node = await StartAsync(draft => draft with { Retry = Hourly });
        node.Channel.Answer("s", (_, _, _) => ValueTask.FromResult(ScriptedChannel.Fail(500)));
        await PublishAsync(node, (1, 1), (1, 2));
        await UntilAsync(node, 1, DeliveryStatus.Blocked);
        var first = await DeliveryAsync(node, 1);
        Assert.Equal(new DeliveryReason.Failed("s", "answered 500", first.NextAttemptAt), first.Why);
        Assert.Equal(new DeliveryReason.BehindEvent("1-1", "1", DeliveryStatus.Blocked, 1, "s", "answered 500", first.NextAttemptAt), (await DeliveryAsync(node, 2)).Why);
    }

    [Fact]
    public async Task What_is_held_says_so()
    {
        await using var node = await StartAsync(draft => draft with { Retry = Hourly with { MaxAttempts = 1, OnExhausted = OnExhausted.Hold } });
        node.Channel.Answer("s", (_, _, _) => ValueTask.FromResult(ScriptedChannel.Fail(500)));
        await PublishAsync(node, (1, 1), (1, 2));
        await UntilAsync(node, 1, DeliveryStatus.Held);
        Assert.Equal(new DeliveryReason.Held("answered 500"), (await DeliveryAsync(node, 1)).Why);
        Assert.Equal(DeliveryStatus.Held, Assert.IsType<DeliveryReason.BehindEvent>((await DeliveryAsync(node, 2)).Why).Status);
    }

    [Fact]
    public async Task A_pause_is_told_with_its_time_and_the_caller()
    {
        await using var node = await StartAsync();
        var paused = (await node.Engine.By("ops").Catalog.PauseAsync("s", default)).Value!;
        await PublishAsync(node, (1, 1));
        Assert.Equal(new DeliveryReason.Paused(paused.StatusSince, "ops"), (await DeliveryAsync(node, 1)).Why);
        Assert.NotNull(paused.StatusSince);
    }

    [Fact]
    public async Task A_subscription_that_Herald_disabled_is_told_with_the_reason()
    {
        await using var node = await StartAsync(draft => draft with { Retry = Hourly });
        node.Channel.Answer("s", (_, _, _) => ValueTask.FromResult(ScriptedChannel.Fail(410)));
        await PublishAsync(node, (1, 1));
        await Until.HoldsAsync(async () => (await DeliveryAsync(node, 1)).Why is DeliveryReason.Disabled { Since: not null, Because: "answered 410" });
    }

    [Fact]
    public async Task A_missing_channel_is_told()
    {
        await using var node = await StartAsync();
        node.Channel.Schemes = ["other"];
        await node.RestartAsync();
        await PublishAsync(node, (1, 1));
        Assert.Equal(new DeliveryReason.NoChannel("a channel for test:// endpoints"), (await DeliveryAsync(node, 1)).Why);
    }

    [Fact]
    public async Task What_waits_for_room_says_so_and_an_attempt_under_way_needs_no_reason()
    {
        await using var node = await StartAsync(draft => draft with { Limits = new DeliveryLimits { MaxInFlight = 1 } });
        node.Channel.Answer("s", Hangs);
        await PublishAsync(node, (1, 1));
        await UntilAsync(node, 1, DeliveryStatus.InFlight);
        await PublishAsync(node, (2, 1));
        Assert.Null((await DeliveryAsync(node, 1)).Why);
        await Until.HoldsAsync(async () => (await DeliveryAsync(node, 1, key: 2)).Why is DeliveryReason.NoRoom);
    }

    [Fact]
    public async Task An_endpoint_that_does_not_answer_is_told()
    {
        await using var node = await StartAsync(draft => draft with { Retry = Hourly });
        node.Channel.Answer("s", (key, _, cancel) => key < 50 ? ValueTask.FromResult(ScriptedChannel.Fail(0)) : Hangs(key, 1, cancel));
        await PublishAsync(node, [.. Enumerable.Range(1, 20).Select(key => (key, 1))]);
        await Until.HoldsAsync(async () => (await node.Engine.Inspector.LagAsync("s", default))!.Limit == 0);
        // One of these becomes the probe, which hangs. The other one waits for it.
        await PublishAsync(node, (50, 1), (51, 1));
        await Until.HoldsAsync(async () =>
            new[] { (await DeliveryAsync(node, 1, key: 50)).Why, (await DeliveryAsync(node, 1, key: 51)).Why }.Contains(new DeliveryReason.EndpointSilent("s")));
    }

    [Fact]
    public async Task The_first_clause_of_the_filter_that_does_not_match_is_told()
    {
        var filter = new Filter([new FilterClause("change", false, ["1"]), new FilterClause("country", false, ["AU", "NZ"])]);
        await using var node = await StartAsync(draft => draft with { Filter = filter });
        var topic = (await node.Engine.Catalog.FindTopicAsync("orders", default))!;
        await node.PublishAsync(topic, [(1, 1), (2, 1)], (buffer, key) =>
        {
            buffer.Add("change"u8, "1"u8);
            if (key == 1)
                buffer.Add("country"u8, "US"u8);
        });
        var (first, second) = (await DeliveryAsync(node, 1), await DeliveryAsync(node, 1, key: 2));
        Assert.Equal((DeliveryStatus.FilteredOut, DeliveryStatus.FilteredOut), (first.Status, second.Status));
        Assert.Equal(("country", "US"), (Assert.IsType<DeliveryReason.FilteredOut>(first.Why) is var why ? why.Attribute : "", why.Value));
        Assert.Equal(["AU", "NZ"], why.Wanted);
        Assert.Null(Assert.IsType<DeliveryReason.FilteredOut>(second.Why).Value);
        Assert.Empty((await StoryAsync(node, 1, 1, null)).Deliveries);
    }

    [Fact]
    public async Task A_filter_of_before_does_not_change_what_the_history_tells()
    {
        var filter = new Filter([new FilterClause("change", false, ["1"])]);
        await using var node = await StartAsync(draft => draft with { Filter = filter });
        var topic = (await node.Engine.Catalog.FindTopicAsync("orders", default))!;
        await node.PublishAsync(topic, [(1, 1), (2, 1)], (buffer, key) => buffer.Add("change"u8, key == 1 ? "1"u8 : "2"u8));
        await UntilAsync(node, 1, DeliveryStatus.Delivered);
        // Two changes: only then is the first filter forgotten.
        foreach (var value in new[] { "3", "2" })
        {
            var changed = Node.Draft("s") with { Filter = new Filter([new FilterClause("change", false, [value])]) };
            Assert.True((await node.Engine.Catalog.PutSubscriptionAsync(changed, new StartFrom.Now(), null, default)).Done);
        }
        Assert.Equal(DeliveryStatus.Delivered, Assert.Single((await StoryAsync(node, 1, 1, null)).Deliveries).Status);
        // The present filter matches, but the event was routed with another one.
        Assert.Equal(DeliveryStatus.FilteredOut, (await DeliveryAsync(node, 1, key: 2)).Status);
        Assert.Empty((await StoryAsync(node, 2, 1, null)).Deliveries);
    }

    [Fact]
    public async Task A_subscription_that_begins_behind_the_event_or_is_to_another_topic_says_so()
    {
        await using var node = await StartAsync();
        await PublishAsync(node, (1, 1));
        await node.SubscribeAsync(Node.Draft("late"));
        await node.TopicAsync("other");
        await node.SubscribeAsync(Node.Draft("elsewhere", "other"));
        var (late, elsewhere) = (Assert.Single((await StoryAsync(node, 1, 1, "late")).Deliveries), Assert.Single((await StoryAsync(node, 1, 1, "elsewhere")).Deliveries));
        var createdAt = (await node.Engine.Catalog.FindSubscriptionAsync("late", default))!.CreatedAt;
        Assert.Equal((DeliveryStatus.NotSubscribed, (DeliveryReason)new DeliveryReason.NotSubscribed(createdAt)), (late.Status, late.Why));
        Assert.Equal((DeliveryStatus.NotSubscribed, (DeliveryReason)new DeliveryReason.OtherTopic("other")), (elsewhere.Status, elsewhere.Why));
        Assert.Null((await node.Engine.Inspector.LookUpEventAsync((await node.Engine.Catalog.FindTopicAsync("orders", default))!, "1-1", "1", "unknown", default)).Story);

        var replayed = (await node.Engine.By("ops").Catalog.ReplayAsync("late", new StartFrom.Now(), default)).Value!;
        Assert.Equal(new DeliveryReason.BeforeReplay(replayed.ReplayedAt, "ops"), Assert.Single((await StoryAsync(node, 1, 1, "late")).Deliveries).Why);
    }

    [Fact]
    public async Task A_delivery_of_before_a_replay_that_began_later_is_still_told()
    {
        await using var node = await StartAsync();
        await PublishAsync(node, (1, 1));
        await UntilAsync(node, 1, DeliveryStatus.Delivered);
        await node.Engine.Catalog.ReplayAsync("s", new StartFrom.Now(), default);
        var delivery = await DeliveryAsync(node, 1);
        Assert.Equal((DeliveryStatus.Delivered, 1), (delivery.Status, delivery.Steps.Count));
    }

    [Fact]
    public async Task The_events_behind_blocked_keys_are_counted()
    {
        await using var node = await StartAsync(draft => draft with { Retry = Hourly });
        node.Channel.Answer("s", (key, _, _) => ValueTask.FromResult(key < 3 ? ScriptedChannel.Fail(500) : ScriptedChannel.Ok));
        await PublishAsync(node, [.. Enumerable.Range(1, 150).SelectMany(number => new[] { (1, number), (2, number), (3, number) })]);
        await node.Channel.JudgeOf("s").WaitForAsync(150);
        await Until.HoldsAsync(async () => (await node.Engine.Inspector.CountedLagAsync("s", default))!.Waiting == 300);
        var lag = (await node.Engine.Inspector.CountedLagAsync("s", default))!;
        Assert.Equal((300, CountMeaning.Exact, 2), (lag.Waiting, lag.WaitingIs, lag.BlockedKeys));
        // Both were accepted at the same time.
        Assert.Contains(lag.Oldest!.Event.IdText, (string[])["1-1", "2-1"]);

        await node.Engine.Catalog.PauseAsync("s", default);
        await PublishAsync(node, (4, 1), (5, 1));
        Assert.Equal(302, (await node.Engine.Inspector.CountedLagAsync("s", default))!.Waiting);
        Assert.Null(await node.Engine.Inspector.CountedLagAsync("unknown", default));
    }

    [Fact]
    public async Task Only_what_matches_the_filter_is_counted()
    {
        await using var node = await StartAsync(draft => draft with { Filter = new Filter([new FilterClause("change", false, ["1"])]) });
        await node.Engine.Catalog.PauseAsync("s", default);
        var topic = (await node.Engine.Catalog.FindTopicAsync("orders", default))!;
        await node.PublishAsync(topic, Enumerable.Range(0, 90).Select(key => (key, 1)), (buffer, key) => buffer.Add("change"u8, key % 3 == 0 ? "1"u8 : "2"u8));
        var lag = (await node.Engine.Inspector.CountedLagAsync("s", default))!;
        Assert.Equal((30, CountMeaning.Exact), (lag.Waiting, lag.WaitingIs));
    }

    [Fact]
    public async Task An_event_that_several_filters_of_a_subscription_match_is_counted_once()
    {
        await using var node = await StartAsync(draft => draft with { Filter = new Filter([new FilterClause("change", false, ["1", "2"])]) });
        await node.Engine.Catalog.PauseAsync("s", default);
        var topic = (await node.Engine.Catalog.FindTopicAsync("orders", default))!;
        await node.PublishAsync(topic, [(1, 1)], (buffer, _) => buffer.Add("change"u8, "1"u8));
        var changed = Node.Draft("s") with { Filter = new Filter([new FilterClause("change", false, ["1"])]) };
        Assert.True((await node.Engine.Catalog.PutSubscriptionAsync(changed, new StartFrom.Now(), null, default)).Done);
        await node.PublishAsync(topic, [(2, 1)], (buffer, _) => buffer.Add("change"u8, "1"u8));
        await node.PublishAsync(topic, [(3, 1)], (buffer, _) => buffer.Add("change"u8, "2"u8));
        Assert.Equal(2, (await node.Engine.Inspector.CountedLagAsync("s", default))!.Waiting);
    }

    [Fact]
    public async Task An_event_is_found_by_the_id_of_its_message()
    {
        await using var node = await StartAsync();
        await PublishAsync(node, [.. Enumerable.Range(1, 30).Select(key => (key, 1))]);
        await node.Channel.JudgeOf("s").WaitForAsync(30);
        foreach (var id in node.Channel.IdsOf("s"))
        {
            var story = (await node.Engine.Inspector.FindMessageAsync("s", id, default)).Story!;
            Assert.Equal((id, DeliveryStatus.Delivered), (story.Deliveries[0].MessageId, story.Deliveries[0].Status));
        }
        Assert.Equal(default, await node.Engine.Inspector.FindMessageAsync("s", "msg_unknown", default));
        Assert.Equal(default, await node.Engine.Inspector.FindMessageAsync("unknown", node.Channel.IdsOf("s").First(), default));
    }

    private static async Task<Node> StartAsync(Func<SubscriptionDraft, SubscriptionDraft>? change = null)
    {
        var node = await Node.StartAsync();
        await node.TopicAsync("orders");
        await node.SubscribeAsync((change ?? (draft => draft))(Node.Draft("s")));
        return node;
    }

    private static async Task PublishAsync(Node node, params (int, int)[] events) =>
        await node.PublishAsync((await node.Engine.Catalog.FindTopicAsync("orders", default))!, events);

    private static async Task<EventStory> StoryAsync(Node node, int key, int number, string? subscription) => (await node.Engine.Inspector.LookUpEventAsync(
        (await node.Engine.Catalog.FindTopicAsync("orders", default))!, $"{key}-{number}", $"{key}", subscription, default)).Story!;

    private static async Task<DeliveryView> DeliveryAsync(Node node, int number, int key = 1) =>
        Assert.Single((await StoryAsync(node, key, number, "s")).Deliveries);

    private static Task UntilAsync(Node node, int number, DeliveryStatus status) =>
        Until.HoldsAsync(async () => (await DeliveryAsync(node, number)).Status == status);
}
