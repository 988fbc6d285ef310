using System.Text;
using Herald.Engine.Basics;
using Herald.Engine.Inspection;
using Herald.Engine.Publishing;
using Herald.Engine.Sending;
using Herald.Engine.Subscriptions;
using Herald.Engine.Tests.Publishing;
using Herald.Engine.Tests.Stores;
using Herald.TestKit.Time;
using Xunit;

namespace Herald.Engine.Tests.Inspection;

public sealed class TopicTailTests
{
    private static readonly Topic Topic = new("t", 1, DateTimeOffset.UnixEpoch, 1);

    private readonly ManualClock _clock = new();
    private readonly OneShardLog _log = new();
    private readonly Intake _intake;
    private readonly TopicTail _tail;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public TopicTailTests()
    {
        _intake = new Intake(_log, new IntakeOptions(), _clock);
        _tail = new TopicTail(_log, new EventFinder(_log, _intake.Encoder, new MessageIds(1), _clock));
    }

    [Fact]
    public async Task A_shard_that_retention_has_overtaken_goes_on_where_it_begins_now()
    {
        await using var tail = (await _tail.BeginAsync(Topic, Cancel)).GetAsyncEnumerator(Cancel);
        await PublishAsync("1");
        Assert.True(await tail.MoveNextAsync());
        // While the caller is slow, retention frees the events that were next.
        await PublishAsync("2", "3", "4");
        _log.Free(below: 4);
        Assert.True(await tail.MoveNextAsync());
        Assert.Equal("4", Encoding.UTF8.GetString(tail.Current.Event.Payload.Span));
    }

    [Fact]
    public async Task A_tail_that_has_begun_contains_every_later_event_although_the_store_answers_late()
    {
        var answer = new TaskCompletionSource();
        _log.BoundsAfter = answer.Task;
        var begun = _tail.BeginAsync(Topic, Cancel).AsTask();
        Assert.False(begun.IsCompleted);
        answer.SetResult();
        await using var tail = (await begun).GetAsyncEnumerator(Cancel);
        await PublishAsync("1");
        Assert.True(await tail.MoveNextAsync());
        Assert.Equal("1", Encoding.UTF8.GetString(tail.Current.Event.Payload.Span));
    }

    private async Task PublishAsync(params string[] payloads)
    {
        using var batch = _intake.Rent(Topic);
        foreach (var payload in payloads)
            Assert.Null(new SampleEvent { Key = "k", Payload = Encoding.UTF8.GetBytes(payload) }.AddTo(batch));
        await _intake.PublishAsync(batch);
    }
}
