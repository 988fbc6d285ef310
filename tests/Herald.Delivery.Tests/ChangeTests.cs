using Herald.Engine.Catalogs;
using Herald.Engine.Channels;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Xunit;

namespace Herald.Delivery.Tests;

/// <summary>Filters, endpoints, policies, pauses, replays and redrives. What arrives must follow the rules, also over restarts.</summary>
public sealed class ChangeTests
{
    [Fact]
    public async Task A_filter_takes_effect_with_the_first_event_accepted_after_the_change_even_when_the_events_are_routed_later()
    {
        await using var node = await Node.StartAsync();
        var topic = await node.TopicAsync("orders");
        await node.SubscribeAsync(WithColour("red"));
        await node.Engine.Catalog.PauseAsync("s", default);
        await node.PublishAsync(topic, Pairs(100, 1), Colours);
        await node.SubscribeAsync(WithColour("blue"));
        await node.PublishAsync(topic, Pairs(100, 2), Colours);
        await node.RestartAsync();
        await node.Engine.Catalog.ResumeAsync("s", default);
        var judge = node.Channel.JudgeOf("s");
        await judge.WaitForAsync(100);
        for (var key = 0; key < 100; key++)
            Assert.Equal(key % 2 == 0 ? 1 : 2, judge.LastOf(key));
        Assert.Equal(100, judge.Received);
    }

    [Fact]
    public async Task Filter_changes_that_every_shard_has_routed_past_are_forgotten_and_never_refused()
    {
        const int Changes = 200;
        await using var node = await Node.StartAsync();
        var topic = await node.TopicAsync("orders");
        var judge = node.Channel.JudgeOf("s");
        await node.SubscribeAsync(WithColour("red"));
        for (var i = 1; i <= Changes; i++)
        {
            await node.PublishAsync(topic, Pairs(20, i), Colours);
            await judge.WaitForAsync(10 * i);
            await node.SubscribeAsync(WithColour(i % 2 == 0 ? "red" : "blue"));
        }
        for (var key = 0; key < 20; key++)
            Assert.Equal(key % 2 == 0 ? Changes - 1 : Changes, judge.LastOf(key));
        Assert.Equal(10 * Changes, judge.Received);
    }

    [Fact]
    public async Task Filter_changes_that_nothing_has_been_routed_past_are_refused_in_time()
    {
        await using var node = await Node.StartAsync();
        var topic = await node.TopicAsync("orders");
        await node.SubscribeAsync(WithColour("red"));
        await node.Engine.Catalog.PauseAsync("s", default);
        var (changes, result) = (0, default(CatalogResult<Subscription>));
        do
        {
            await node.PublishAsync(topic, Pairs(20, ++changes), Colours);
            result = await node.Engine.Catalog.PutSubscriptionAsync(WithColour(changes % 2 == 0 ? "red" : "blue"), new StartFrom.Now(), null, default);
        }
        while (result.Done && changes < 1000);
        Assert.Equal((CatalogOutcome.InUse, 64), (result.Outcome, changes));

        // Once the subscription has caught up, its filter can be changed again.
        await node.Engine.Catalog.ResumeAsync("s", default);
        await node.Channel.JudgeOf("s").WaitForAsync(10 * changes);
        await node.SubscribeAsync(WithColour("green"));
        Assert.Equal(0, node.Channel.JudgeOf("s").OutOfOrder);
    }

    [Fact]
    public async Task A_subscription_that_is_deleted_takes_its_hanging_attempts_with_it()
    {
        const int Attempts = 20;
        await using var node = await Node.StartAsync();
        var topic = await node.TopicAsync("orders");
        var (begun, givenUp) = (new SemaphoreSlim(0), new SemaphoreSlim(0));
        node.Channel.Answer("s", async (_, _, cancel) =>
        {
            using var over = cancel.Register(() => givenUp.Release());
            begun.Release();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancel);
            return AttemptResult.Delivered;
        });
        await node.SubscribeAsync(Node.Draft("s") with { Limits = DeliveryLimits.Default with { MaxInFlight = Attempts, FixedInFlight = true } });
        await node.PublishAsync(topic, Pairs(Attempts, 1));
        for (var i = 0; i < Attempts; i++)
            await begun.WaitAsync(TestContext.Current.CancellationToken);
        await node.Engine.Catalog.DeleteSubscriptionAsync("s", null, default);
        for (var i = 0; i < Attempts; i++)
            await givenUp.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_new_endpoint_gets_the_backlog_too()
    {
        await using var node = await Node.StartAsync();
        var topic = await node.TopicAsync("orders");
        node.Channel.Answer("old", (_, _, _) => ValueTask.FromResult(ScriptedChannel.Fail(503)));
        await node.SubscribeAsync(Node.Draft("s") with { Endpoint = "test://old/" });
        await node.PublishAsync(topic, Pairs(1000, 1));
        await node.SubscribeAsync(Node.Draft("s") with { Endpoint = "test://new/" });
        await node.Channel.JudgeOf("new").WaitForAsync(1000);
        Assert.Equal(0, node.Channel.JudgeOf("old").Received);
    }

    [Fact]
    public async Task Nothing_is_sent_while_paused_and_everything_in_order_after()
    {
        await using var node = await Node.StartAsync();
        var topic = await node.TopicAsync("orders");
        await node.SubscribeAsync(Node.Draft("s"));
        var judge = node.Channel.JudgeOf("s");
        await node.PublishAsync(topic, Pairs(200, 1));
        await judge.WaitForAsync(200);
        await node.Engine.Catalog.PauseAsync("s", default);
        var tries = judge.Tries;
        await node.PublishAsync(topic, Pairs(200, 2));
        await node.RestartAsync();
        await node.PublishAsync(topic, Pairs(200, 3));
        Assert.Equal(tries, judge.Tries);
        await node.Engine.Catalog.ResumeAsync("s", default);
        await judge.WaitForAsync(600);
        Assert.Equal((0, 0), (judge.OutOfOrder, judge.Repeats));
    }

    [Fact]
    public async Task A_replay_sends_everything_from_its_start_again_marked_and_in_order()
    {
        await using var node = await Node.StartAsync();
        var topic = await node.TopicAsync("orders");
        await node.SubscribeAsync(Node.Draft("s"));
        var judge = node.Channel.JudgeOf("s");
        judge.KeepLog = true;
        await node.PublishAsync(topic, Enumerable.Range(0, 2000).Select(i => (i % 50, (i / 50) + 1)));
        await judge.WaitForAsync(2000);
        var done = await node.Engine.Catalog.ReplayAsync("s", new StartFrom.Earliest(), default);
        Assert.Equal(CatalogOutcome.Updated, done.Outcome);
        await node.PublishAsync(topic, Pairs(50, 41));
        await judge.WaitForAsync(2000 + 2000 + 50);
        Assert.Equal((0, 0, 0), (judge.OutOfOrder, judge.Repeats, judge.OtherIds));
        Assert.Equal(2000, judge.Log.Count(r => r.Redelivery == Redelivery.Replay));
        Assert.Equal(2050, judge.Log.Count(r => r.Redelivery == Redelivery.None));
    }

    [Fact]
    public async Task A_new_subscription_may_start_in_the_past()
    {
        await using var node = await Node.StartAsync();
        var topic = await node.TopicAsync("orders");
        await node.PublishAsync(topic, Pairs(500, 1));
        await node.SubscribeAsync(Node.Draft("all"), new StartFrom.Earliest());
        await node.SubscribeAsync(Node.Draft("new"), new StartFrom.Now());
        await node.PublishAsync(topic, Pairs(500, 2));
        await node.Channel.JudgeOf("all").WaitForAsync(1000);
        await node.Channel.JudgeOf("new").WaitForAsync(500);
        Assert.Equal((0, 1000), (node.Channel.JudgeOf("all").OutOfOrder, node.Channel.JudgeOf("all").Received));
        Assert.Equal(500, node.Channel.JudgeOf("new").Received);
    }

    [Fact]
    public async Task A_used_up_delivery_becomes_a_dead_letter_its_key_goes_on_and_a_redrive_sends_it_with_the_same_id()
    {
        await using var node = await Node.StartAsync();
        var topic = await node.TopicAsync("orders");
        var sick = 1;
        node.Channel.Answer("s", (_, number, _) => ValueTask.FromResult(number == 1 && Volatile.Read(ref sick) == 1 ? ScriptedChannel.Fail(500) : ScriptedChannel.Ok));
        await node.SubscribeAsync(Node.Draft("s") with { Retry = QuickPolicy(OnExhausted.DeadLetter) });
        var judge = node.Channel.JudgeOf("s");
        judge.KeepLog = true;
        await node.PublishAsync(topic, Enumerable.Range(0, 300).Select(i => (i % 100, (i / 100) + 1)));
        await judge.WaitForAsync(200);
        await node.RestartAsync();
        var page = await node.Engine.DeadLetters.ListAsync(new DeadLetterQuery("s", null, 1000, null), default);
        Assert.Equal(100, page.Items.Count);
        Assert.All(page.Items, letter => Assert.Equal((3, 500, "attempts-exhausted"), (letter.Reason.Attempts, letter.Reason.StatusCode, letter.Reason.Reason)));

        Volatile.Write(ref sick, 0);
        Assert.Equal(100, await node.Engine.DeadLetters.RedriveAllAsync("s", default));
        await Until.HoldsAsync(() => judge.Log.Count(r => r.Redelivery == Redelivery.Redrive) == 100);
        Assert.Equal((0, 0), (judge.OutOfOrder, judge.OtherIds));
        Assert.Empty((await node.Engine.DeadLetters.ListAsync(new DeadLetterQuery("s", null, 1000, null), default)).Items);
    }

    [Fact]
    public async Task A_held_key_waits_for_its_operator_over_a_restart()
    {
        await using var node = await Node.StartAsync();
        var topic = await node.TopicAsync("orders");
        var sick = 1;
        node.Channel.Answer("s", (key, _, _) => ValueTask.FromResult(key == 7 && Volatile.Read(ref sick) == 1 ? ScriptedChannel.Fail(500) : ScriptedChannel.Ok));
        await node.SubscribeAsync(Node.Draft("s") with { Retry = QuickPolicy(OnExhausted.Hold) });
        var judge = node.Channel.JudgeOf("s");
        await node.PublishAsync(topic, Enumerable.Range(0, 100).Select(i => (i % 10, (i / 10) + 1)));
        await judge.WaitForAsync(90);
        await Until.HoldsAsync(async () => (await node.Engine.Inspector.LagAsync("s", default))!.HeldKeys == 1);
        await node.RestartAsync();
        var held = Assert.Single((await node.Engine.Inspector.BlockedKeysAsync("s", 10, null, default)).Items);
        Assert.True(held.Held);
        Assert.Equal("7", held.Key);
        Volatile.Write(ref sick, 0);
        Assert.True(await node.Engine.ReleaseAsync("s", held.Shard, held.Sequence, discard: false, default));
        await judge.WaitForAsync(100);
        Assert.Equal((0, 0), (judge.OutOfOrder, judge.Repeats));
    }

    [Fact]
    public async Task Forward_publishes_what_cannot_be_delivered_to_another_topic()
    {
        await using var node = await Node.StartAsync();
        var topic = await node.TopicAsync("orders");
        await node.TopicAsync("failed-orders");
        node.Channel.Answer("s", (key, _, _) => ValueTask.FromResult(key == 3 ? ScriptedChannel.Fail(500) : ScriptedChannel.Ok));
        await node.SubscribeAsync(Node.Draft("s") with { Retry = QuickPolicy(OnExhausted.Forward) with { ForwardTo = "failed-orders" } });
        await node.SubscribeAsync(Node.Draft("f", "failed-orders"));
        await node.PublishAsync(topic, Enumerable.Range(0, 50).Select(i => (i % 10, (i / 10) + 1)));
        await node.Channel.JudgeOf("s").WaitForAsync(45);
        await node.Channel.JudgeOf("f").WaitForAsync(5);
        Assert.Equal((5, 0), (node.Channel.JudgeOf("f").LastOf(3), node.Channel.JudgeOf("f").OutOfOrder));
    }

    [Fact]
    public async Task An_endpoint_that_is_gone_is_disabled_and_a_new_one_gets_the_backlog()
    {
        await using var node = await Node.StartAsync();
        var topic = await node.TopicAsync("orders");
        node.Channel.Answer("old", (_, _, _) => ValueTask.FromResult(ScriptedChannel.Fail(410)));
        await node.SubscribeAsync(Node.Draft("s") with { Endpoint = "test://old/" });
        await node.PublishAsync(topic, Pairs(100, 1));
        await Until.HoldsAsync(async () => (await node.Engine.Catalog.FindSubscriptionAsync("s", default))!.Status == SubscriptionStatus.Disabled);
        await node.SubscribeAsync(Node.Draft("s") with { Endpoint = "test://new/" });
        await node.Channel.JudgeOf("new").WaitForAsync(100);
        Assert.Equal(0, node.Channel.JudgeOf("new").OutOfOrder);
    }

    [Fact]
    public async Task What_is_stopped_and_started_again_is_delivered_in_order_and_nothing_twice()
    {
        var (events, undelivered) = (Scale.Of(100_000, 1_000_000), Scale.Of(10_000, 100_000));
        const int Keys = 1000;
        await using var node = await Node.StartAsync();
        var topic = await node.TopicAsync("orders");
        await node.SubscribeAsync(Node.Draft("s"));
        var judge = node.Channel.JudgeOf("s");
        var delivered = events - undelivered;
        await node.PublishAsync(topic, Enumerable.Range(0, delivered).Select(i => (i % Keys, (i / Keys) + 1)));
        await judge.WaitForAsync(delivered, TimeSpan.FromSeconds(120));
        // The rest is accepted while deliveries are under way. The node stops in the middle of them.
        await node.PublishAsync(topic, Enumerable.Range(delivered, undelivered).Select(i => (i % Keys, (i / Keys) + 1)));
        await node.RestartAsync();
        await judge.WaitForAsync(events, TimeSpan.FromSeconds(120));
        Assert.Equal((0, 0, 0), (judge.OutOfOrder, judge.Repeats, judge.OtherIds));
    }

    private static RetryPolicy QuickPolicy(OnExhausted then) => new()
    {
        Waits = new RetryWaits.Exponential(TimeSpan.FromMilliseconds(5), 2, TimeSpan.FromMilliseconds(20), 0),
        MaxAttempts = 3,
        OnExhausted = then,
    };

    private static IEnumerable<(int Key, int Number)> Pairs(int keys, int number) => Enumerable.Range(0, keys).Select(key => (key, number));

    private static SubscriptionDraft WithColour(string colour) => Node.Draft("s") with { Filter = new Filter([new FilterClause("colour", false, [colour])]) };

    private static void Colours(Engine.Events.AttributeBuffer attributes, int key) =>
        attributes.Add("colour"u8, key % 2 == 0 ? "red"u8 : "blue"u8);
}
