using System.Text;
using Herald.Engine.Events;
using Herald.Engine.Sources;
using Herald.Engine.Stores;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Herald.Delivery.Tests.Sources;

/// <summary>
/// What all sources share: a batch is durable, each message comes once, and a message that cannot be understood is kept and reported.
/// </summary>
public sealed class SourceTests : IAsyncLifetime
{
    private const string Topic = "orders";
    private Node _node = null!;

    public async ValueTask InitializeAsync() => _node = await Node.StartAsync();

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task A_source_makes_its_topic_and_its_messages_are_delivered_in_order()
    {
        var intake = await StartAsync();
        await _node.SubscribeAsync(Node.Draft("s"));
        Assert.Equal(new SourceTally(4, 0, 0), await PublishAsync(intake, 0, ("1", "1"), ("2", "1"), ("1", "2"), ("2", "2")));
        await _node.Channel.JudgeOf("s").WaitForAsync(4);
        Assert.Equal((0, 0), (_node.Channel.JudgeOf("s").OutOfOrder, _node.Channel.JudgeOf("s").Repeats));
    }

    [Fact]
    public async Task What_is_read_again_is_counted_and_not_delivered()
    {
        var intake = await StartAsync();
        await _node.SubscribeAsync(Node.Draft("s"));
        await PublishAsync(intake, 0, ("1", "1"), ("1", "2"));
        Assert.Equal(new SourceTally(1, 2, 0), await PublishAsync(intake, 0, ("1", "1"), ("1", "2"), ("1", "3")));
        await _node.Channel.JudgeOf("s").WaitForAsync(3);
        Assert.Equal(0, _node.Channel.JudgeOf("s").Repeats);
    }

    [Fact]
    public async Task A_message_that_cannot_be_understood_is_a_dead_letter_and_the_rest_goes_on()
    {
        var intake = await StartAsync();
        await _node.SubscribeAsync(Node.Draft("s"));
        Assert.Equal(new SourceTally(2, 0, 1), await PublishAsync(intake, 10, ("1", "1"), ("1", Picky.Bad), ("1", "2")));
        await _node.Channel.JudgeOf("s").WaitForAsync(2);
        var letter = await OnlyLetterAsync();
        Assert.Equal(("", Topic, "not-understood", "value = 'bad': it is bad."), (letter.SubscriptionId, letter.Topic, letter.Reason.Reason, letter.Reason.Detail));
        var view = new EventView(letter.Record);
        Assert.Equal(
            [("key", "1"), ("offset", "11"), ("partition", "3"), ("reason", "value = 'bad': it is bad."), ("source", "test/messages")],
            view.AttributesText().Select(pair => (pair.Key, pair.Value)).Order());
        Assert.Equal(("test/messages/3/11", Picky.Bad), (view.IdText, Encoding.UTF8.GetString(view.Payload.Span)));
        // There is only one dead letter, however often the message is read and the node is started.
        Assert.Equal(new SourceTally(0, 3, 0), await PublishAsync(intake, 10, ("1", "1"), ("1", Picky.Bad), ("1", "2")));
        await _node.RestartAsync();
        Assert.Equal(letter.Id, (await OnlyLetterAsync()).Id);
        Assert.Equal(0, await _node.Engine.DeadLetters.RedriveAllAsync(null, default));
        Assert.Equal(1, await _node.Engine.DeadLetters.DiscardAsync([letter.Id], default));
    }

    [Fact]
    public async Task What_an_event_may_not_be_is_a_dead_letter_that_says_which_rule()
    {
        var intake = await StartAsync();
        var tooLong = new string('k', 2000);
        Assert.Equal(new SourceTally(1, 0, 1), await PublishAsync(intake, 0, (tooLong, "1"), ("1", "1")));
        Assert.StartsWith("/key = 'kkk", (await OnlyLetterAsync()).Reason.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1769860800000000000)]
    [InlineData(long.MinValue)]
    public async Task A_time_that_no_event_may_have_is_a_dead_letter_and_the_rest_goes_on(long timeMs)
    {
        var intake = await StartAsync();
        using var batch = intake.Begin();
        Add(batch, 0, "1", "1");
        Add(batch, 1, "1", "2", timeMs);
        Add(batch, 2, "1", "3");
        Assert.Equal(new SourceTally(2, 0, 1), await batch.PublishAsync(default));
        var letter = await OnlyLetterAsync();
        Assert.StartsWith($"/time = '{timeMs} ms", letter.Reason.Detail, StringComparison.Ordinal);
        Assert.Equal("2", Encoding.UTF8.GetString(new EventView(letter.Record).Payload.Span));
    }

    [Fact]
    public async Task A_payload_that_is_too_large_is_kept_in_part()
    {
        var intake = await StartAsync();
        await PublishAsync(intake, 0, ("1", new string('x', (1 << 20) + 5)));
        var letter = await OnlyLetterAsync();
        Assert.Equal(1 << 20, new EventView(letter.Record).Payload.Length);
        Assert.Contains("The message has 1048581 bytes; the first 1048576 are kept here.", letter.Reason.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_id_that_was_given_to_something_else_is_a_dead_letter()
    {
        var intake = await StartAsync();
        await PublishAsync(intake, 0, ("1", "1"));
        using var batch = intake.Begin();
        Add(batch, 0, "1", "other");
        Assert.Equal(new SourceTally(0, 0, 1), await batch.PublishAsync(default));
        var letter = await OnlyLetterAsync();
        Assert.Contains("but other content", letter.Reason.Detail, StringComparison.Ordinal);
        Assert.Equal("other", Encoding.UTF8.GetString(new EventView(letter.Record).Payload.Span));
    }

    [Fact]
    public async Task A_topic_that_is_deleted_under_a_source_is_made_again()
    {
        var intake = await StartAsync();
        using var batch = intake.Begin();
        Add(batch, 0, "1", "1");
        await _node.Engine.Catalog.DeleteTopicAsync(Topic, true, default);
        Assert.Equal(new SourceTally(1, 0, 0), await batch.PublishAsync(default));
        var made = await _node.Engine.Catalog.FindTopicAsync(Topic, default);
        Assert.NotNull(await _node.Engine.Inspector.FindEventAsync(made!, "test/messages/3/0", "1", default));
    }

    [Fact]
    public async Task Rejected_messages_are_sent_to_nobody_and_no_part_of_a_tail()
    {
        var intake = await StartAsync();
        await _node.SubscribeAsync(Node.Draft("s"));
        await PublishAsync(intake, 0, ("1", Picky.Bad), ("1", "1"));
        await _node.Channel.JudgeOf("s").WaitForAsync(1);
        await _node.SubscribeAsync(Node.Draft("late"), new Engine.Catalogs.StartFrom.Earliest());
        await _node.Channel.JudgeOf("late").WaitForAsync(1);
        await OnlyLetterAsync();
        Assert.Equal((0, 0), (_node.Channel.JudgeOf("s").Repeats, _node.Channel.JudgeOf("late").OtherIds));
    }

    [Fact]
    public async Task A_topic_name_that_is_none_is_refused_at_the_start()
    {
        var intake = new SourceIntake(_node.Engine.Intake, _node.Engine.Catalog, "no topic", new Picky(), TimeProvider.System, NullLogger.Instance);
        Assert.Contains("'no topic'", (await Assert.ThrowsAsync<ArgumentException>(async () => await intake.StartAsync(default))).Message, StringComparison.Ordinal);
    }

    private async Task<SourceIntake> StartAsync()
    {
        var intake = new SourceIntake(_node.Engine.Intake, _node.Engine.Catalog, Topic, new Picky(), TimeProvider.System, NullLogger.Instance);
        await intake.StartAsync(default);
        return intake;
    }

    private static async Task<SourceTally> PublishAsync(SourceIntake intake, long firstOffset, params (string Key, string Value)[] messages)
    {
        using var batch = intake.Begin();
        foreach (var (key, value) in messages)
            Add(batch, firstOffset++, key, value);
        return await batch.PublishAsync(default);
    }

    private static void Add(SourceBatch batch, long offset, string key, string value, long? timeMs = null) => batch.Add(new SourceMessage
    {
        Place = new SourcePlace("test/messages", 3, offset),
        Key = Encoding.UTF8.GetBytes(key),
        Value = Encoding.UTF8.GetBytes(value),
        TimeMs = timeMs,
    });

    private async Task<DeadLetter> OnlyLetterAsync()
    {
        DeadLetterPage page = null!;
        await Until.HoldsAsync(async () => (page = await _node.Engine.DeadLetters.ListAsync(new DeadLetterQuery(null, null, 10, null), default)).Items.Count > 0);
        return Assert.Single(page.Items);
    }

    private sealed class Picky : IMessageReader
    {
        public const string Bad = "bad";
        private readonly PlainReader _plain = new();

        public string? Read(in SourceMessage message, out EventDraft draft) =>
            _plain.Read(message, out draft) ?? (message.Value.SequenceEqual("bad"u8) ? "value = 'bad': it is bad." : null);
    }
}
