using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Stores;
using Xunit;

namespace Herald.Delivery.Tests.Applications;

/// <summary>What an application makes of events is saved together with its position. So each event takes effect once.</summary>
public sealed class ApplicationTests
{
    private const int Keys = 50;

    // The cache is far smaller than the state, so most of the state is read back from the store.
    private static readonly EngineOptions Tight = new() { CommitEvery = TimeSpan.FromMilliseconds(20), StateCache = 16_000, Grace = TimeSpan.FromSeconds(1) };

    [Fact]
    public async Task Each_event_has_its_effect_once_and_in_order_over_restarts()
    {
        await using var node = await StartAsync(new Counter());
        var topic = await node.TopicAsync("orders");
        for (var round = 1; round <= 5; round++)
        {
            var first = round;
            await node.PublishAsync(topic, from number in Enumerable.Range(1, 100) from key in Enumerable.Range(1, Keys) select (key, (first * 1000) + number));
            await node.RestartAsync();
        }
        await CountedAsync(node, 500 * Keys);
    }

    [Fact]
    public async Task An_application_that_is_new_takes_what_was_there_before_it()
    {
        var gate = new TaskCompletionSource();
        var counter = new Counter { Gate = gate.Task };
        await using var node = await StartAsync(counter);
        var other = await node.TopicAsync("others");
        await node.PublishAsync(other, Numbered(200));
        await node.PublishAsync(await node.TopicAsync("orders"), Numbered(200));
        gate.SetResult();
        await CountedAsync(node, 200 * Keys);
    }

    [Fact]
    public async Task An_event_that_it_fails_on_becomes_a_dead_letter_and_the_others_have_their_effect()
    {
        await using var node = await StartAsync(new Counter { FailsOn = number => number is 7 or 8 or 60 });
        await node.PublishAsync(await node.TopicAsync("orders"), Numbered(100));
        await CountedAsync(node, 97 * Keys);
        await Until.HoldsAsync(async () => (await LettersAsync(node)).Count == 3 * Keys);
        Assert.All(await LettersAsync(node), letter => Assert.Contains("Application counter failed on this event: I do not like", letter.Reason.Detail, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_would_be_too_much_for_one_commit_goes_in_several()
    {
        await using var node = await StartAsync(new Counter { Ballast = 1 << 20 });
        await node.PublishAsync(await node.TopicAsync("orders"), Enumerable.Range(1, 100).Select(number => (1, number)));
        await CountedAsync(node, 100);
    }

    [Fact]
    public async Task A_topic_that_is_deleted_and_made_again_is_read_on()
    {
        await using var node = await StartAsync(new Counter());
        await node.PublishAsync(await node.TopicAsync("orders"), [(1, 1), (1, 2)]);
        await CountedAsync(node, 2);
        Assert.True((await node.Engine.Catalog.DeleteTopicAsync("orders", false, default)).Done);
        await node.PublishAsync(await node.TopicAsync("orders"), [(1, 1)]);
        // The keys of the new topic can be in other shards, where their counts begin at one. So only the number of attempts is checked.
        await Until.HoldsAsync(() => node.Channel.JudgeOf("s").Tries == 3);
    }

    [Fact]
    public async Task It_is_called_though_nothing_comes()
    {
        var counter = new Counter { TickEvery = TimeSpan.FromMilliseconds(20) };
        await using var node = await StartAsync(counter);
        await Until.HoldsAsync(() => counter.Ticks > 5 * node.Engine.Log.ShardCount);
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_ever_for_an_application_and_nothing_is_lost_by_it()
    {
        var counter = new Counter { Gate = new TaskCompletionSource().Task };
        await using var node = await StartAsync(counter);
        await node.PublishAsync(await node.TopicAsync("orders"), Numbered(10));
        await Until.HoldsAsync(() => counter.Calls > 0);
        var restarting = node.RestartAsync();
        counter.Gate = Task.CompletedTask;
        await restarting.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await CountedAsync(node, 10 * Keys);
    }

    private static async Task<Node> StartAsync(Counter counter)
    {
        var node = await Node.StartAsync(Tight, counter);
        await node.TopicAsync(Counter.Counted);
        await node.SubscribeAsync(Node.Draft("s", Counter.Counted), new StartFrom.Earliest());
        return node;
    }

    private static IEnumerable<(int Key, int Number)> Numbered(int each) => from number in Enumerable.Range(1, each) from key in Enumerable.Range(1, Keys) select (key, number);

    /// <summary>Checks that every count has come once and in order.</summary>
    private static async Task CountedAsync(Node node, int all)
    {
        var judge = node.Channel.JudgeOf("s");
        await judge.WaitForAsync(all);
        // After the restart, counts that were emitted too often would have been delivered, too.
        await node.RestartAsync();
        Assert.Equal((all, 0, 0), (judge.Received, judge.Repeats, judge.OutOfOrder));
    }

    private static async Task<IReadOnlyList<DeadLetter>> LettersAsync(Node node) => (await node.Store.ListAsync(new DeadLetterQuery(null, null, 1000, null), default)).Items;
}
