using System.Globalization;
using System.Text;
using Herald.Engine.Events;
using Herald.Engine.Sources;
using Herald.Engine.Stores;
using Xunit;

namespace Herald.Delivery.Tests.Sources;

/// <summary>
/// When the store has no room, a source keeps its position, logs that once, and goes on when there is room. Nothing is lost and nothing
/// comes twice.
/// </summary>
public sealed class FullStoreTests : IAsyncDisposable
{
    private const string Topic = "orders", NoRoom = "the store is full", GoesOn = "The source reads on";
    private const int Keys = 8;

    private readonly Lines _lines = new();
    private Node? _node;
    private long _offset;

    public async ValueTask DisposeAsync()
    {
        if (_node is not null)
            await _node.DisposeAsync();
    }

    [Fact]
    public async Task A_source_waits_at_a_full_store_and_loses_nothing()
    {
        const int Given = 800;
        _node = await Node.StartAsync(null, new NodeSetup { Journal = journal => journal with { ShardCount = 2, SegmentBytes = 64 << 10, MaxBytes = 8 * (64 << 10) } });
        var intake = await StartAsync();
        await _node.SubscribeAsync(Node.Draft("s"));
        var isWell = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _node.Channel.Answer("s", async (_, _, cancel) =>
        {
            await isWell.Task.WaitAsync(cancel);
            return ScriptedChannel.Ok;
        });

        var publishing = PublishAsync(intake, Given);
        await Until.HoldsAsync(() => publishing.IsCompleted || _node.Store.Statistics.Refused > 0);
        Assert.False(publishing.IsCompleted);
        await Until.HoldsAsync(() => intake.IsWaitingForRoom);
        Assert.True(_node.Channel.JudgeOf("s").Received < Given);
        isWell.SetResult();

        // What is delivered is freed, although the shards have nothing else to save.
        var tally = await publishing.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(new SourceTally(Given, 0, 0), tally);
        await _node.Channel.JudgeOf("s").WaitForAsync(Given);
        Assert.Equal((0, 0), (_node.Channel.JudgeOf("s").OutOfOrder, _node.Channel.JudgeOf("s").Repeats));
        Assert.False(intake.IsWaitingForRoom);
        Assert.InRange(_lines.Count(NoRoom), 1, int.MaxValue);
        Assert.Equal(_lines.Count(NoRoom), _lines.Count(GoesOn));
    }

    /// <summary>
    /// Ids, history and positions also take room and stay longer than the events. 5,000 ids alone need more than the smaller stores have.
    /// </summary>
    [Theory]
    [InlineData(1, 4, 0, 30)]
    [InlineData(3, 4, 230, 66)]
    [InlineData(1, 6, 50, 187)]
    [InlineData(3, 5, 100, 139)]
    [InlineData(2, 8, 20, 100)]
    public async Task A_small_store_goes_on_for_as_long_as_what_it_takes_is_delivered(int shards, int segments, int padding, int batch)
    {
        const int Given = 5000;
        _node = await Node.StartAsync(null, new NodeSetup { Journal = journal => journal with { ShardCount = shards, SegmentBytes = 64 << 10, MaxBytes = segments * (64 << 10) } });
        var intake = await StartAsync();
        await _node.SubscribeAsync(Node.Draft("s"));
        Assert.Equal(new SourceTally(Given, 0, 0), await PublishAsync(intake, Given, padding, batch).WaitAsync(TimeSpan.FromMinutes(2)));
        await _node.Channel.JudgeOf("s").WaitForAsync(Given);
        Assert.Equal((0, 0), (_node.Channel.JudgeOf("s").OutOfOrder, _node.Channel.JudgeOf("s").Repeats));
    }

    [Fact]
    public async Task Only_what_was_refused_of_a_batch_is_tried_again()
    {
        var (intake, log) = await StartScantAsync();
        using var batch = intake.Begin();
        for (var number = 1; number <= 5; number++)
        {
            for (var key = 1; key <= Keys; key++)
                Add(batch, key, number);
        }
        log.Fill(ShardOf(1), ShardOf(2));
        var publishing = batch.PublishAsync(default).AsTask();
        await log.Refused.WaitAsync(TimeSpan.FromSeconds(30));
        await Until.HoldsAsync(() => intake.IsWaitingForRoom);
        Assert.False(publishing.IsCompleted);
        log.MakeRoom();

        Assert.Equal(new SourceTally(5 * Keys, 0, 0), await publishing.WaitAsync(TimeSpan.FromSeconds(30)));
        await _node!.Channel.JudgeOf("s").WaitForAsync(5 * Keys);
        Assert.Equal((0, 0), (_node.Channel.JudgeOf("s").OutOfOrder, _node.Channel.JudgeOf("s").Repeats));
        Assert.Equal(5 * Keys, await StoredAsync());
        Assert.Equal((1, 1), (_lines.Count(NoRoom), _lines.Count(GoesOn)));
    }

    [Fact]
    public async Task A_source_that_is_stopped_while_it_waits_has_published_nothing_more()
    {
        var (intake, log) = await StartScantAsync();
        log.Fill([.. Enumerable.Range(0, log.ShardCount)]);
        using var batch = intake.Begin();
        Add(batch, 1, 1);
        using var stop = new CancellationTokenSource();
        var publishing = batch.PublishAsync(stop.Token).AsTask();
        await log.Refused.WaitAsync(TimeSpan.FromSeconds(30));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => publishing);
        Assert.Equal(0, await StoredAsync());
    }

    [Fact]
    public async Task A_message_that_is_no_event_waits_for_room_as_well()
    {
        var (intake, log) = await StartScantAsync();
        log.Fill([.. Enumerable.Range(0, log.ShardCount)]);
        using var batch = intake.Begin();
        batch.Add(new SourceMessage { Place = new SourcePlace("test", 0, 1), Key = new byte[2000], Value = "1"u8 });
        var publishing = batch.PublishAsync(default).AsTask();
        await log.Refused.WaitAsync(TimeSpan.FromSeconds(30));
        log.MakeRoom();
        Assert.Equal(new SourceTally(0, 0, 1), await publishing.WaitAsync(TimeSpan.FromSeconds(30)));
        await Until.HoldsAsync(async () => (await _node!.Engine.DeadLetters.ListAsync(new DeadLetterQuery(null, null, 10, null), default)).Items.Count == 1);
    }

    [Fact]
    public async Task The_letter_of_an_id_that_was_used_before_waits_for_room_as_well()
    {
        var (intake, log) = await StartScantAsync();
        await PublishAsync(intake, "used", "1", "1");
        using var batch = intake.Begin();
        AddNamed(batch, "used", "1", "2");
        log.Fill([.. Enumerable.Range(0, log.ShardCount)]);
        // The store recognises the id even when it has no room. Only the dead letter waits.
        var publishing = batch.PublishAsync(default).AsTask();
        await log.Refused.WaitAsync(TimeSpan.FromSeconds(30));
        log.MakeRoom();
        Assert.Equal(new SourceTally(0, 0, 1), await publishing.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task A_letter_cannot_be_hidden_by_an_event_with_its_id()
    {
        _node = await Node.StartAsync();
        var intake = await StartAsync();
        // This publisher knows the message's position, and so the id that its dead letter will get.
        using (var forged = _node.Engine.Intake.Rent(await _node.TopicAsync(Topic)))
        {
            Assert.Null(forged.Add(new EventDraft { Id = "test/0/7"u8, HasId = true, Payload = "1"u8 }));
            await _node.Engine.Intake.PublishAsync(forged);
            Assert.Equal(Verdict.Accepted, forged.Results[0].Verdict);
        }
        using var batch = intake.Begin();
        batch.Add(new SourceMessage { Place = new SourcePlace("test", 0, 7), Key = new byte[2000], Value = "lost?"u8 });
        Assert.Equal(new SourceTally(0, 0, 1), await batch.PublishAsync(default));
        await Until.HoldsAsync(async () => (await _node.Engine.DeadLetters.ListAsync(new DeadLetterQuery(null, null, 10, null), default)).Items.Count == 1);
    }

    private async Task<(SourceIntake, ScantLog)> StartScantAsync()
    {
        ScantLog? log = null;
        _node = await Node.StartAsync(null, new NodeSetup { Log = store => log ??= new ScantLog(store) });
        var intake = await StartAsync();
        await _node.SubscribeAsync(Node.Draft("s"));
        return (intake, log!);
    }

    private async Task<SourceIntake> StartAsync()
    {
        var intake = new SourceIntake(_node!.Engine.Intake, _node!.Engine.Catalog, Topic, new PlainReader(), TimeProvider.System, _lines);
        await intake.StartAsync(default);
        return intake;
    }

    private int ShardOf(int key) => _node!.Engine.Intake.ShardOf(_node.Engine.Catalog.FindTopicAsync(Topic, default).AsTask().Result!, Encoding.UTF8.GetBytes(Text(key))).Value;

    private async Task<long> StoredAsync()
    {
        var stored = 0L;
        for (var shard = 0; shard < _node!.Store.ShardCount; shard++)
            stored += (await _node.Store.BoundsAsync(new ShardId(shard), default)).Last;
        return stored;
    }

    private async Task<SourceTally> PublishAsync(SourceIntake intake, int count, int padding = 900, int atOnce = 50)
    {
        var tally = default(SourceTally);
        for (var at = 0; at < count;)
        {
            using var batch = intake.Begin();
            for (var end = Math.Min(count, at + atOnce); at < end; at++)
                Add(batch, 1 + (at % Keys), 1 + (at / Keys), padding);
            tally += await batch.PublishAsync(default);
        }
        return tally;
    }

    private static async Task PublishAsync(SourceIntake intake, string id, string key, string value)
    {
        using var batch = intake.Begin();
        AddNamed(batch, id, key, value);
        await batch.PublishAsync(default);
    }

    // The payload is a number, followed by any number of blanks.
    private void Add(SourceBatch batch, int key, int number, int padding = 0) => batch.Add(new SourceMessage
    {
        Place = new SourcePlace("test", 0, _offset++),
        Key = Encoding.UTF8.GetBytes(Text(key)),
        Value = Encoding.UTF8.GetBytes(Text(number) + new string(' ', padding)),
    });

    private static void AddNamed(SourceBatch batch, string id, string key, string value) => batch.Add(new SourceMessage
    {
        Place = new SourcePlace("test", 0, 0),
        Key = Encoding.UTF8.GetBytes(key),
        Value = Encoding.UTF8.GetBytes(value),
        Headers = new SourceHeader[] { new("id", Encoding.UTF8.GetBytes(id)) },
    });

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
