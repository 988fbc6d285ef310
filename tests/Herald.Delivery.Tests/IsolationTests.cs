using System.Diagnostics;
using Herald.Engine.Subscriptions;
using Xunit;

namespace Herald.Delivery.Tests;

/// <summary>No key and no subscription can hold up another.</summary>
public sealed class IsolationTests
{
    // 20,000 ids in the window for duplicates take 1 MiB, at 8 bytes and some overhead each. Buffers of the log take more from time to
    // time.
    private const long MostGrown = 8 << 20;

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public async Task Poison_keys_hot_enough_to_fill_any_window_hold_up_no_other_key_and_heal_in_order(int poison)
    {
        const int Keys = 10_000, Healthy = 30_000;
        var hot = Math.Max(20_000 / poison, 20);
        await using var node = await Node.StartAsync();
        var topic = await node.TopicAsync("orders");
        var healed = 0;
        node.Channel.Answer("s", (key, _, _) => ValueTask.FromResult(key < poison && Volatile.Read(ref healed) == 0 ? ScriptedChannel.Fail(500) : ScriptedChannel.Ok));
        await node.SubscribeAsync(Node.Draft("s"));
        var judge = node.Channel.JudgeOf("s");

        // The poison comes first and fills all that it can. Then healthy keys and more poison come, mixed.
        await node.PublishAsync(topic, Enumerable.Range(0, poison * hot).Select(i => (i % poison, (i / poison) + 1)));
        await node.PublishAsync(topic, Enumerable.Range(0, Healthy).Select(i => (poison + (i % (Keys - poison)), (i / (Keys - poison)) + 1)));
        await node.PublishAsync(topic, Enumerable.Range(0, poison * 5).Select(i => (i % poison, hot + (i / poison) + 1)));
        await judge.WaitForAsync(Healthy);

        var lag = await node.Engine.Inspector.LagAsync("s", default);
        Assert.Equal(poison, lag!.BlockedKeys);
        // Twice the poison must cost no more memory: what waits is in the log, not in memory.
        var before = GC.GetTotalMemory(true);
        await node.PublishAsync(topic, Enumerable.Range(0, poison * hot).Select(i => (i % poison, hot + 5 + (i / poison) + 1)));
        await Settled(node);
        var grown = GC.GetTotalMemory(true) - before;
        Assert.True(grown < MostGrown, $"memory grew by {grown >> 10} KiB while {poison * hot} more events of blocked keys were accepted");
        Assert.All(Enumerable.Range(0, poison), key => Assert.Equal(0, judge.LastOf(key)));

        Volatile.Write(ref healed, 1);
        await judge.WaitForAsync(Healthy + (poison * ((2 * hot) + 5)));
        Assert.Equal((0, 0), (judge.OutOfOrder, judge.Repeats));
        Assert.All(Enumerable.Range(0, poison), key => Assert.Equal((2 * hot) + 5, judge.LastOf(key)));
    }

    [Fact]
    public async Task Ten_thousand_keys_that_heal_together_take_at_most_twice_the_time_of_a_plain_backlog()
    {
        const int Keys = 10_000;
        var events = Scale.Of(200_000, 1_000_000);
        var (plain, healing) = (new List<double>(), new List<double>());
        for (var round = 0; round < Scale.Of(1, 3); round++)
        {
            plain.Add(await BacklogAsync(Keys, events, heal: false));
            healing.Add(await BacklogAsync(Keys, events, heal: true));
        }
        var (backlog, healed) = (Median(plain), Median(healing));
        TestContext.Current.TestOutputHelper?.WriteLine($"plain backlog {backlog:0.00} s, {Keys} healing keys {healed:0.00} s, ratio {healed / backlog:0.00}");
        // The promise is for a million events. The brief form has only one round and allows for a noisy machine.
        var most = Scale.Of(4, 2);
        Assert.True(healed / backlog <= most, $"healing took {healed / backlog:0.00} times as long as a plain backlog");
    }

    [Theory]
    [InlineData("refuses")]
    [InlineData("hangs")]
    [InlineData("answers 500")]
    public async Task One_dead_endpoint_among_ten_holds_up_none_of_the_others(string manner)
    {
        const int Events = 20_000, Keys = 500;
        await using var node = await Node.StartAsync();
        var topic = await node.TopicAsync("orders");
        var revived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        for (var i = 0; i < 10; i++)
            await node.SubscribeAsync(Node.Draft($"s{i}"));
        node.Channel.Answer("s0", async (_, _, cancel) =>
        {
            if (revived.Task.IsCompleted)
                return ScriptedChannel.Ok;
            if (manner == "hangs")
                await revived.Task.WaitAsync(cancel);
            return ScriptedChannel.Fail(manner == "answers 500" ? 500 : 0);
        });
        await node.PublishAsync(topic, Enumerable.Range(0, Events).Select(i => (i % Keys, (i / Keys) + 1)));
        for (var i = 1; i < 10; i++)
            await node.Channel.JudgeOf($"s{i}").WaitForAsync(Events);
        var dead = node.Channel.JudgeOf("s0");
        Assert.Equal(0, dead.Received);
        Assert.True(dead.Tries < Events / 4, $"{dead.Tries} tries at an endpoint that is dead");

        revived.SetResult();
        await dead.WaitForAsync(Events);
        for (var i = 0; i < 10; i++)
            Assert.Equal((0, 0), (node.Channel.JudgeOf($"s{i}").OutOfOrder, node.Channel.JudgeOf($"s{i}").Repeats));
    }

    [Fact]
    public async Task Ten_endpoints_that_hang_do_not_hold_up_a_healthy_one()
    {
        const int Events = 20_000, Keys = 500;
        await using var node = await Node.StartAsync();
        var topic = await node.TopicAsync("orders");
        var never = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        for (var i = 0; i < 10; i++)
        {
            await node.SubscribeAsync(Node.Draft($"hanging{i}") with { Limits = DeliveryLimits.Default with { MaxInFlight = 10_000 } });
            node.Channel.Answer($"hanging{i}", async (_, _, cancel) =>
            {
                await never.Task.WaitAsync(cancel);
                return ScriptedChannel.Ok;
            });
        }
        await node.SubscribeAsync(Node.Draft("healthy"));
        await node.PublishAsync(topic, Enumerable.Range(0, Events).Select(i => (i % Keys, (i / Keys) + 1)));
        await node.Channel.JudgeOf("healthy").WaitForAsync(Events);
        Assert.Equal(0, node.Channel.JudgeOf("healthy").OutOfOrder);
        never.SetResult();
    }

    [Fact]
    public async Task A_hundred_thousand_exact_match_subscriptions_cost_a_publish_what_ten_cost()
    {
        const int few = 10, many = 100_000;
        var rates = new Dictionary<int, List<double>> { [few] = [], [many] = [] };
        await using var small = await FilteredAsync(few);
        await using var large = await FilteredAsync(many);
        // The first events load the subscriptions into memory.
        await RateAsync(small, few, 0);
        await RateAsync(large, many, 0);
        for (var round = 1; round <= 5; round++)
        {
            rates[few].Add(await RateAsync(small, few, round));
            rates[many].Add(await RateAsync(large, many, round));
        }
        var ratio = Median(rates[many]) / Median(rates[few]);
        TestContext.Current.TestOutputHelper?.WriteLine($"{many} against {few} subscriptions: publish rate ratio {ratio:0.00}");
        Assert.True(ratio > 0.7, $"publishing with {many} subscriptions runs at {ratio:0.00} of the rate with {few}");
    }

    // Waits until every shard has routed all events. The blocked keys have then recorded the last ones that match.
    private static async Task Settled(Node node)
    {
        using var most = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((await node.Engine.Inspector.LagAsync("s", default))!.Shards.Any(shard => shard.Position < shard.Head))
        {
            most.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static async Task<Node> FilteredAsync(int subscriptions)
    {
        var node = await Node.StartAsync();
        await node.TopicAsync("orders");
        await Parallel.ForAsync(0, subscriptions, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, _) => await node.SubscribeAsync(
            Node.Draft($"c{i}") with { Filter = new Filter([new FilterClause("customer", false, [$"{i}"])]) }));
        return node;
    }

    // Every event goes to one subscription. The time ends when all are delivered.
    private static async Task<double> RateAsync(Node node, int subscriptions, int round)
    {
        const int Events = 60_000;
        var topic = (await node.Engine.Catalog.FindTopicAsync("orders", default))!;
        var began = Stopwatch.GetTimestamp();
        await node.PublishAsync(
            topic, Enumerable.Range(0, Events).Select(i => (i % 10, (round * Events) + (i / 10) + 1)),
            (attributes, key) => attributes.Add("customer"u8, System.Text.Encoding.UTF8.GetBytes($"{key}")));
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        for (var i = 0; i < 10; i++)
            await node.Channel.JudgeOf($"c{i}").WaitForAsync((round + 1) * Events / 10);
        return Events / seconds;
    }

    // One key in ten is always healthy, so that the endpoint as a whole does not count as down.
    private static async Task<double> BacklogAsync(int keys, int events, bool heal)
    {
        await using var node = await Node.StartAsync();
        var topic = await node.TopicAsync("orders");
        var sick = heal ? 1 : 0;
        node.Channel.Answer(
            "s", (key, _, _) => ValueTask.FromResult(Volatile.Read(ref sick) == 1 && key % 10 != 0 ? ScriptedChannel.Fail(500) : ScriptedChannel.Ok));
        // The waits are short: the test compares the work of bringing keys back, not the waits before it.
        var waits = new RetryWaits.Exponential(TimeSpan.FromMilliseconds(20), 2, TimeSpan.FromMilliseconds(Scale.Of(100, 500)), 0.2);
        await node.SubscribeAsync(Node.Draft("s") with { Retry = new RetryPolicy { Waits = waits } });
        if (!heal)
            await node.Engine.Catalog.PauseAsync("s", default);
        await node.PublishAsync(topic, Enumerable.Range(0, events).Select(i => (i % keys, (i / keys) + 1)));
        var judge = node.Channel.JudgeOf("s");
        var began = Stopwatch.GetTimestamp();
        if (heal)
        {
            await judge.WaitForAsync(events / 10); // the healthy ones; by now all others have been tried
            began = Stopwatch.GetTimestamp();
            Volatile.Write(ref sick, 0);
        }
        else
        {
            await node.Engine.Catalog.ResumeAsync("s", default);
        }
        await judge.WaitForAsync(events, TimeSpan.FromSeconds(120));
        Assert.Equal((0, 0), (judge.OutOfOrder, judge.Repeats));
        return Stopwatch.GetElapsedTime(began).TotalSeconds / (heal ? 0.9 : 1);
    }
}
