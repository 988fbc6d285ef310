using System.Text;
using Herald.Delivery.Tests.Applications;
using Herald.Engine.Catalogs;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Xunit;

namespace Herald.Delivery.Tests;

/// <summary>
/// Events that Herald makes itself (forwards, and what applications emit) exist exactly once, whatever else has their ids. One that cannot
/// be stored becomes a dead letter.
/// </summary>
public sealed class ForwardTests : IAsyncDisposable
{
    private const string Target = "failed";
    private Node? _node;

    private Node Node => _node!;

    public async ValueTask DisposeAsync()
    {
        if (_node is not null)
            await _node.DisposeAsync();
    }

    [Fact]
    public async Task Events_of_two_topics_with_one_key_and_id_are_both_forwarded()
    {
        await StartAsync("a", "b", Target);
        await SubscribeFailingAsync("s", "a", Target);
        await SubscribeFailingAsync("r", "b", Target);
        await Node.SubscribeAsync(Node.Draft("f", Target));
        await PublishAsync("a", 1, 1);
        await PublishAsync("b", 1, 1);
        await ReceivesAsync("f", 2);
        // These are two events, so they have two ids.
        await Until.HoldsAsync(() => Node.Channel.JudgeOf("f").OtherIds == 1);
    }

    [Fact]
    public async Task One_event_that_two_subscriptions_forward_comes_twice()
    {
        await StartAsync("a", Target);
        await SubscribeFailingAsync("s", "a", Target);
        await SubscribeFailingAsync("r", "a", Target);
        await Node.SubscribeAsync(Node.Draft("f", Target));
        await PublishAsync("a", 1, 1);
        await ReceivesAsync("f", 2);
    }

    [Fact]
    public async Task Whoever_publishes_the_id_first_does_not_hide_a_forward()
    {
        await StartAsync("a", Target);
        await SubscribeFailingAsync("s", "a", Target);
        await Node.SubscribeAsync(Node.Draft("f", Target));
        await PublishAsync(Target, 1, 1);
        await ReceivesAsync("f", 1);
        await PublishAsync("a", 1, 1);
        await ReceivesAsync("f", 2);
        await Until.HoldsAsync(() => Node.Channel.JudgeOf("f").OtherIds == 1);
    }

    [Fact]
    public async Task Whoever_publishes_the_id_first_does_not_hide_what_an_application_emits()
    {
        _node = await Node.StartAsync(null, new Counter());
        await Node.TopicAsync("orders");
        await Node.TopicAsync(Counter.Counted);
        await Node.SubscribeAsync(Node.Draft("s", Counter.Counted));
        await PublishAsync(Counter.Counted, 1, 1, "1-1");
        await ReceivesAsync("s", 1);
        await PublishAsync("orders", 1, 1);
        await ReceivesAsync("s", 2);
    }

    [Fact]
    public async Task A_circle_ends_with_a_dead_letter_that_says_so()
    {
        await StartAsync("a", "b");
        await SubscribeFailingAsync("s", "a", "b");
        await SubscribeFailingAsync("r", "b", "a");
        await PublishAsync("a", 1, 1);
        var letter = await OnlyLetterAsync();
        Assert.Equal(("r", "forward-hops"), (letter.SubscriptionId, letter.Reason.Reason));
        Assert.Contains("5 times", letter.Reason.Detail, StringComparison.Ordinal);
        Assert.Equal((3, 3), (Node.Channel.JudgeOf("s").Tries, Node.Channel.JudgeOf("r").Tries));
    }

    [Fact]
    public async Task A_redrive_of_a_forward_keeps_its_id_and_its_hops_however_often()
    {
        await StartAsync("a", Target);
        await SubscribeFailingAsync("s", "a", Target);
        var isWell = 0;
        var judge = Node.Channel.JudgeOf("f");
        judge.KeepLog = true;
        Node.Channel.Answer("f", (_, _, _) => ValueTask.FromResult(Volatile.Read(ref isWell) == 1 ? ScriptedChannel.Ok : ScriptedChannel.Fail(500)));
        await Node.SubscribeAsync(Node.Draft("f", Target) with { Retry = Once(OnExhausted.DeadLetter) });
        await PublishAsync("a", 1, 1);
        for (var redrives = 0; redrives < 3; redrives++)
        {
            var letter = await OnlyLetterAsync();
            Volatile.Write(ref isWell, redrives == 2 ? 1 : 0);
            Assert.Equal(1, await Node.Engine.DeadLetters.RedriveAsync([letter.Id], default));
        }
        await Until.HoldsAsync(() => !judge.Log.IsEmpty);
        Assert.Single(Node.Channel.IdsOf("f").Distinct());
        Assert.Equal(4, Node.Channel.IdsOf("f").Count);
    }

    [Fact]
    public async Task A_forward_is_found_by_its_id()
    {
        await StartAsync("a", Target);
        await SubscribeFailingAsync("s", "a", Target);
        await Node.SubscribeAsync(Node.Draft("f", Target));
        await PublishAsync("a", 1, 1);
        await ReceivesAsync("f", 1);
        var topic = await Node.TopicAsync(Target);
        Assert.NotNull(await Node.Engine.Inspector.FindEventAsync(topic, "1-1", "1", default));
        Assert.NotNull(await Node.Engine.Inspector.FindEventAsync(topic, "1-1", null, default));
        Assert.Null(await Node.Engine.Inspector.FindEventAsync(topic, "1-2", "1", default));
    }

    [Fact]
    public async Task A_replay_forwards_again()
    {
        await StartAsync("a", Target);
        await SubscribeFailingAsync("s", "a", Target);
        await Node.SubscribeAsync(Node.Draft("f", Target));
        await PublishAsync("a", 1, 1);
        await ReceivesAsync("f", 1);
        Assert.True((await Node.Engine.Catalog.ReplayAsync("s", new StartFrom.Earliest(), default)).Done);
        await ReceivesAsync("f", 2);
    }

    [Fact]
    public async Task A_topic_that_is_deleted_while_a_forward_is_saved_leaves_a_dead_letter()
    {
        CommitGate? gate = null;
        _node = await Node.StartAsync(new() { CommitEvery = TimeSpan.FromMilliseconds(20) }, new NodeSetup { Shards = store => gate ??= new CommitGate(store) });
        await Node.TopicAsync("a");
        await Node.TopicAsync(Target);
        await SubscribeFailingAsync("s", "a", Target);
        gate!.Before = async () => await Node.Engine.Catalog.DeleteTopicAsync(Target, true, default);
        await PublishAsync("a", 1, 1);
        var letter = await OnlyLetterAsync();
        Assert.Equal(("s", "forward-topic-gone"), (letter.SubscriptionId, letter.Reason.Reason));
        Assert.Equal("1", Encoding.UTF8.GetString(new EventView(letter.Record).Payload.Span));
    }

    [Fact]
    public async Task A_store_that_does_not_take_a_forward_leaves_a_dead_letter()
    {
        CommitGate? gate = null;
        _node = await Node.StartAsync(new() { CommitEvery = TimeSpan.FromMilliseconds(20) }, new NodeSetup { Shards = store => gate ??= new CommitGate(store) });
        await Node.TopicAsync("a");
        await Node.TopicAsync(Target);
        await SubscribeFailingAsync("s", "a", Target);
        gate!.RefusesEmitted = true;
        await PublishAsync("a", 1, 1);
        var letter = await OnlyLetterAsync();
        Assert.Equal(("s", "forward-refused"), (letter.SubscriptionId, letter.Reason.Reason));
    }

    private async Task StartAsync(params string[] topics)
    {
        _node = await Node.StartAsync(new() { CommitEvery = TimeSpan.FromMilliseconds(20) });
        foreach (var topic in topics)
            await Node.TopicAsync(topic);
    }

    private async Task SubscribeFailingAsync(string id, string topic, string forwardTo)
    {
        Node.Channel.Answer(id, (_, _, _) => ValueTask.FromResult(ScriptedChannel.Fail(500)));
        await Node.SubscribeAsync(Node.Draft(id, topic) with { Retry = Once(OnExhausted.Forward) with { ForwardTo = forwardTo } });
    }

    private static RetryPolicy Once(OnExhausted then) => new() { MaxAttempts = 1, OnExhausted = then };

    private async Task PublishAsync(string topic, int key, int number, string? id = null)
    {
        using var batch = Node.Engine.Intake.Rent(await Node.TopicAsync(topic));
        var (keyText, text) = (Encoding.UTF8.GetBytes($"{key}"), Encoding.UTF8.GetBytes($"{number}"));
        Assert.Null(batch.Add(new EventDraft { Id = Encoding.UTF8.GetBytes(id ?? $"{key}-{number}"), HasId = true, Key = keyText, HasKey = true, Payload = text }));
        await Node.Engine.Intake.PublishAsync(batch);
        Assert.Equal(Verdict.Accepted, batch.Results[0].Verdict);
    }

    private Task ReceivesAsync(string subscription, int tries) => Until.HoldsAsync(() => Node.Channel.JudgeOf(subscription).Tries >= tries);

    private async Task<DeadLetter> OnlyLetterAsync()
    {
        DeadLetterPage page = null!;
        await Until.HoldsAsync(async () => (page = await Node.Engine.DeadLetters.ListAsync(new DeadLetterQuery(null, null, 10, null), default)).Items.Count > 0);
        return Assert.Single(page.Items);
    }
}
