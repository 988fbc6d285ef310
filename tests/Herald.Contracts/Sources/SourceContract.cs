using System.Globalization;
using System.Text;
using Herald.Brokers.Sources;
using Herald.TestKit.Time;
using Xunit;

namespace Herald.Contracts.Sources;

/// <summary>The contract of every source that keeps its messages, whatever broker it reads.</summary>
public abstract class SourceContract
{
    private const int Keys = 20;

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    /// <param name="hasOwnBroker">The test restarts the broker. Otherwise all tests share one.</param>
    protected abstract Task<SourceHarness> CreateAsync(bool hasOwnBroker);

    [Fact]
    public async Task Messages_become_events_once_and_in_the_order_of_their_key()
    {
        await using var broker = await CreateAsync(hasOwnBroker: false);
        await using var node = await SourceNode.StartAsync();
        await using (var source = await StartAsync(broker, node))
        {
            await SendAsync(broker, 1, 100);
            await node.ReceivesAsync(Keys * 100);
        }
        AssertOnceInOrder(node, 100);
        Assert.Equal(Keys * 100, await broker.CountSavedAsync(node));
    }

    [Fact]
    public async Task The_same_message_five_times_is_one_event()
    {
        await using var broker = await CreateAsync(hasOwnBroker: false);
        await using var node = await SourceNode.StartAsync();
        await using var source = await StartAsync(broker, node);
        for (var i = 0; i < 5; i++)
            await broker.SendAsync([Message("key-0", "1", "the-id")]);
        await broker.SendAsync([Message("key-0", "2", "the-next")]);
        await node.ReceivesAsync(2);
        Assert.Equal(["1", "2"], node.Receiver.PayloadsOf("key-0"));
    }

    [Fact]
    public async Task A_message_that_is_no_event_is_a_dead_letter_and_the_others_go_on()
    {
        await using var broker = await CreateAsync(hasOwnBroker: false);
        await using var node = await SourceNode.StartAsync();
        await using var source = await StartAsync(broker, node);
        await broker.SendAsync([Message("key-0", "1", "a"), Message("key-0", "bad", new string('x', 300)), Message("key-0", "2", "b")]);

        await Until.HoldsAsync(() => source.Totals is { Accepted: 2, Rejected: 1 }, "all are durable");
        await node.ReceivesAsync(2);
        Assert.Equal(["1", "2"], node.Receiver.PayloadsOf("key-0"));
    }

    [Fact]
    public async Task A_new_start_goes_on_where_the_one_before_ended()
    {
        await using var broker = await CreateAsync(hasOwnBroker: false);
        await using var node = await SourceNode.StartAsync();
        for (var round = 0; round < 3; round++)
        {
            await SendAsync(broker, (round * 10) + 1, 10);
            await using var source = await StartAsync(broker, node);
            await Until.HoldsAsync(() => source.Totals.Accepted == Keys * 10, "the new messages are accepted");
        }
        await node.ReceivesAsync(Keys * 30);
        AssertOnceInOrder(node, 30);
    }

    [Fact]
    public async Task After_restarts_of_the_node_nothing_is_lost()
    {
        await using var broker = await CreateAsync(hasOwnBroker: false);
        await using var node = await SourceNode.StartAsync();
        for (var round = 0; round < 3; round++)
        {
            var sending = SendAsync(broker, (round * 100) + 1, 100);
            await using (var source = await StartAsync(broker, node))
                await Until.HoldsAsync(() => source.Totals.Accepted > 0, "it reads");
            await node.RestartAsync();
            await sending;
        }
        await using var last = await StartAsync(broker, node);
        await node.ReceivesAsync(Keys * 300);
        AssertOnceInOrder(node, 300);
    }

    [Fact]
    public async Task A_broker_that_is_killed_under_load_costs_nothing_and_doubles_nothing()
    {
        await using var broker = await CreateAsync(hasOwnBroker: true);
        await using var node = await SourceNode.StartAsync();
        await using var source = await StartAsync(broker, node);
        for (var round = 0; round < 2; round++)
        {
            var sending = SendAsync(broker, (round * 100) + 1, 100);
            await node.ReceivesAsync((round * Keys * 100) + 100);
            await broker.RestartBrokerAsync();
            await sending;
            await node.ReceivesAsync((round + 1) * Keys * 100);
        }
        AssertOnceInOrder(node, 200);
    }

    [Fact]
    public async Task A_position_is_saved_only_when_everything_before_it_is_durable()
    {
        await using var broker = await CreateAsync(hasOwnBroker: false);
        await using var node = await SourceNode.StartAsync();
        await using (var source = await StartAsync(broker, node))
        {
            await SendAsync(broker, 1, 10);
            await Until.HoldsAsync(() => source.Totals.Accepted == Keys * 10, "the first are durable");
            await Until.HoldsAsync(async () => await broker.CountSavedAsync(node) == Keys * 10, "their position is saved");
            node.Log.Hold();
            await SendAsync(broker, 11, 10);
            await Until.HoldsAsync(() => source.IsPaused, "the source waits for the store");
            Assert.Equal(Keys * 10, await broker.CountSavedAsync(node));
            node.Log.LetGo();
            await Until.HoldsAsync(() => source.Totals.Accepted == Keys * 20, "all are durable");
        }
        Assert.Equal(Keys * 20, await broker.CountSavedAsync(node));
    }

    [Fact]
    public async Task While_the_store_is_away_the_source_waits_and_goes_on_afterwards()
    {
        await using var broker = await CreateAsync(hasOwnBroker: false);
        await using var node = await SourceNode.StartAsync();
        await using var source = await StartAsync(broker, node);
        node.Log.IsAway = true;
        await SendAsync(broker, 1, 200);
        await Until.HoldsAsync(() => source.IsPaused, "the source is paused");
        await Until.HoldsAsync(() => node.Log.Refused >= 5, "the store has refused again and again");
        Assert.Equal((0, 0), (source.Totals.Accepted, node.Receiver.Count));

        node.Log.IsAway = false;
        await node.ReceivesAsync(Keys * 200);
        await Until.HoldsAsync(() => !source.IsPaused, "the source reads on");
        AssertOnceInOrder(node, 200);
    }

    [Fact]
    public async Task At_a_full_store_the_source_keeps_its_place_and_loses_nothing()
    {
        await using var broker = await CreateAsync(hasOwnBroker: false);
        await using var node = await SourceNode.StartAsync(journal: options => options with { ShardCount = 2, SegmentBytes = 64 << 10, MaxBytes = 11 * (64 << 10) });
        node.Receiver.Hold();
        await using (var source = await StartAsync(broker, node))
        {
            await SendAsync(broker, 1, 200);
            // A busy machine alone can hold a source up for a while.
            await Until.HoldsAsync(() => source.IsPaused && node.Store.Statistics.IsFull, "the source waits for room");
            Assert.InRange(source.Totals.Accepted, 1, (Keys * 200) - 1);
        }
        // Another source begins at the saved position. If the first one had passed over a message, it would be lost now.
        await using var next = await StartAsync(broker, node);
        node.Receiver.LetGo();
        await node.ReceivesAsync(Keys * 200);
        AssertOnceInOrder(node, 200);
    }

    [Fact]
    public async Task What_a_sink_has_in_memory_is_bounded_in_bytes()
    {
        const int Bytes = 10_000, BatchBytes = 50_000, Count = 100;
        await using var broker = await CreateAsync(hasOwnBroker: false);
        await using var node = await SourceNode.StartAsync();
        var sink = new TransactionSink();
        sink.Hold();
        await using var source = await StartAsync(broker, node, new() { BatchBytes = BatchBytes, SinkOf = _ => sink });
        var payloads = Enumerable.Range(0, Count).Select(n => n.ToString(CultureInfo.InvariantCulture).PadLeft(Bytes)).ToList();
        await broker.SendAsync([.. payloads.Select((payload, n) => Message("key-0", payload, $"large-{n}"))]);
        await Until.HoldsAsync(() => source.IsPaused, "the source waits for the sink");
        await Until.HoldsAsync(() => sink.MostOpen.Batches == 2, "the next batch is filled");
        sink.LetGo();
        await Until.HoldsAsync(() => sink.Count == Count, "all messages are saved");

        Assert.Equal(payloads, sink.PayloadsOf("key-0"));
        Assert.Equal(2, sink.MostOpen.Batches);
        // The last message of each batch can exceed the bound.
        Assert.InRange(sink.MostOpen.Bytes, BatchBytes, 2 * (BatchBytes + Bytes));
    }

    [Fact]
    public async Task A_stop_ends_within_the_hand_over_and_what_was_not_durable_is_read_again()
    {
        await using var broker = await CreateAsync(hasOwnBroker: false);
        await using var node = await SourceNode.StartAsync();
        var source = await StartAsync(broker, node, new() { Handover = TimeSpan.FromMilliseconds(200) });
        node.Log.IsAway = true;
        await SendAsync(broker, 1, 50);
        await Until.HoldsAsync(() => node.Log.Refused > 0, "what was read waits for the store");

        await Until.EndsAsync(source.DisposeAsync().AsTask(), "the stop");
        Assert.Equal(0, source.Totals.Accepted);
        node.Log.IsAway = false;
        await using var next = await StartAsync(broker, node);
        await node.ReceivesAsync(Keys * 50);
        AssertOnceInOrder(node, 50);
    }

    /// <summary>The source is stopped again and again after a transaction that has taken effect and was not answered.</summary>
    [Fact]
    public async Task A_sink_that_saves_positions_with_its_messages_has_each_message_once()
    {
        await using var broker = await CreateAsync(hasOwnBroker: false);
        await using var node = await SourceNode.StartAsync();
        var sink = new TransactionSink();
        var shape = new SourceShape { BatchEvents = 10, Handover = TimeSpan.Zero, SinkOf = _ => sink };
        await SendAsync(broker, 1, 20);
        for (var round = 0; round < 3; round++)
        {
            await using var killed = await StartAsync(broker, node, shape);
            sink.IsMute = true;
            await Until.HoldsAsync(() => sink.Unanswered > round || sink.Count == Keys * 20, "a transaction is not answered");
            await killed.DisposeAsync();
            sink.IsMute = false;
        }
        await using var last = await StartAsync(broker, node, shape);
        await Until.HoldsAsync(() => sink.Count >= Keys * 20, "all messages are saved");
        for (var key = 0; key < Keys; key++)
            Assert.Equal(Numbers(20), sink.PayloadsOf($"key-{key}"));
    }

    private static async Task<BrokerSource> StartAsync(SourceHarness broker, SourceNode node, SourceShape? shape = null)
    {
        var source = broker.Create(shape ?? new());
        await source.StartAsync(node.Engine, TestEnd);
        return source;
    }

    /// <summary>Sends numbered messages, in turn over the keys. The n-th message of a key has the payload n.</summary>
    private static Task SendAsync(SourceHarness broker, int from, int count) => broker.SendAsync(
        [.. Enumerable.Range(from, count).SelectMany(number => Enumerable.Range(0, Keys).Select(key => Numbered(key, number)))]);

    private static SentMessage Numbered(int key, int number)
    {
        var text = number.ToString(CultureInfo.InvariantCulture);
        return Message($"key-{key}", text, $"key-{key}-{text}");
    }

    private static SentMessage Message(string key, string payload, string id) => new(key, Encoding.UTF8.GetBytes(payload), id);

    private static List<string> Numbers(int last) => [.. Enumerable.Range(1, last).Select(number => number.ToString(CultureInfo.InvariantCulture))];

    /// <summary>Each key has received 1, 2, 3 … up to the last, none missing and none twice.</summary>
    private static void AssertOnceInOrder(SourceNode node, int last)
    {
        for (var key = 0; key < Keys; key++)
            Assert.Equal(Numbers(last), node.Receiver.PayloadsOf($"key-{key}"));
        Assert.Equal(Keys * last, node.Receiver.Count);
    }
}
