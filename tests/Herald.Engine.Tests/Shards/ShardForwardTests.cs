using Herald.Engine.Publishing;
using Herald.Engine.Retrying;
using Herald.Engine.Shards;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Herald.Engine.Tests.Sending;
using Xunit;

namespace Herald.Engine.Tests.Shards;

/// <summary>What happens to an event that must be forwarded but cannot be.</summary>
public sealed class ShardForwardTests : IAsyncDisposable
{
    private readonly HostScene _scene = new();

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    [Theory]
    [InlineData(true, DeadLetterReason.Damaged)]
    [InlineData(false, EventCopier.EventGone)]
    public async Task A_forward_whose_event_is_damaged_or_gone_becomes_a_dead_letter_without_a_record(bool isDamaged, string reason)
    {
        await _scene.Catalog.PutTopicAsync("other", default);
        await _scene.StartAsync(draft => draft with
        {
            Retry = new RetryPolicy { MaxAttempts = 1, OnExhausted = OnExhausted.Forward, ForwardTo = "other" },
        });
        await _scene.PublishAsync(["one"]);
        var tried = await _scene.ExpectAsync("one");
        if (isDamaged)
            _scene.Log.Damage(1);
        else
            _scene.Log.Free(below: 2);
        tried.Answer(Results.Status500);
        var commit = await _scene.Store.WhenAsync(c => c.DeadLetters.Count > 0);
        Assert.Equal((1, reason, true), (commit.DeadLetters[0].Id.Sequence, commit.DeadLetters[0].Reason.Reason, commit.DeadLetters[0].HasNoRecord));
        Assert.Empty(commit.Emitted);
    }

    [Fact]
    public async Task A_forward_whose_topic_is_gone_becomes_a_dead_letter()
    {
        await _scene.Catalog.PutTopicAsync("other", default);
        await _scene.StartAsync(draft => draft with
        {
            Retry = new RetryPolicy { MaxAttempts = 1, OnExhausted = OnExhausted.Forward, ForwardTo = "other" },
        });
        await _scene.Catalog.DeleteTopicAsync("other", force: true, default);
        await _scene.PublishAsync(["one"]);
        (await _scene.ExpectAsync("one")).Answer(Results.Status500);
        var commit = await _scene.Store.WhenAsync(c => c.DeadLetters.Count > 0);
        var (id, reason) = (commit.DeadLetters[0].Id, commit.DeadLetters[0].Reason);
        Assert.Equal((1, EventCopier.TopicGone), (id.Sequence, reason.Reason));
        Assert.Contains($"because of {RetryDecision.AttemptsExhausted}", reason.Detail, StringComparison.Ordinal);
        Assert.Empty(commit.Emitted);
        // The history shows how the delivery ended (a dead letter), not what was intended (a forward).
        Assert.Equal(SkipKind.DeadLetter, AttemptHistory.Read(commit.History!, 1).Single(r => r.Kind == HistoryKind.Skip).Skip);
    }
}
