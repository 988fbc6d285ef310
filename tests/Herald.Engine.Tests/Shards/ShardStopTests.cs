using Herald.Engine.Channels;
using Herald.Engine.Progress;
using Herald.Engine.Subscriptions;
using Herald.Engine.Tests.Sending;
using Xunit;

namespace Herald.Engine.Tests.Shards;

/// <summary>How a shard stops, and is handed over, while attempts are under way.</summary>
public sealed class ShardStopTests : IAsyncDisposable
{
    private static readonly TimeSpan Handover = TimeSpan.FromMilliseconds(250);
    private readonly HostScene _scene = new();

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    [Fact]
    public async Task A_stop_waits_for_the_attempt_in_flight_saves_it_and_starts_no_other()
    {
        await _scene.StartAsync();
        await _scene.PublishAsync(["one", "two"]);
        var tried = await _scene.ExpectAsync("one");
        var stopped = _scene.Host.StopAsync();
        await _scene.Host.CallAsync(machine => machine.Routed, default);
        Assert.False(stopped.IsCompleted);
        tried.Answer(AttemptResult.Delivered);
        await stopped;
        Assert.Equal(0, _scene.Channel.Waiting);

        // The next owner continues after it, with first attempts.
        _scene.TakeOver();
        _scene.Host.Start();
        var next = await _scene.ExpectAsync("two");
        Assert.Equal(1, next.Attempt.Number);
        next.Answer(AttemptResult.Delivered);
    }

    [Fact]
    public async Task A_handover_does_not_wait_for_an_attempt_that_has_taken_long_already()
    {
        await _scene.StartAsync();
        await _scene.PublishAsync(["one"]);
        await _scene.ExpectAsync("one");
        _scene.Clock.Advance(Handover);
        var stopped = _scene.Host.StopAsync();
        _scene.Host.LimitAttempts(Handover);
        await stopped;
        Assert.DoesNotContain(_scene.Store.Commits, commit => commit.History is not null);
    }

    [Fact]
    public async Task A_handover_that_a_stop_of_the_node_overtakes_still_limits_its_attempts()
    {
        await _scene.StartAsync();
        await _scene.PublishAsync(["one"]);
        await _scene.ExpectAsync("one");
        var handedOver = _scene.Host.StopAsync();
        _scene.Host.LimitAttempts(Handover);
        var stopped = _scene.Host.StopAsync();
        await _scene.RoundsAsync(5);
        Assert.False(stopped.IsCompleted);
        await _scene.Clock.AdvanceUntilAsync(Task.WhenAll(handedOver, stopped), Handover);
    }

    [Fact]
    public async Task A_handover_waits_for_the_youngest_attempt_until_that_has_taken_as_long_as_it_may()
    {
        await _scene.StartAsync();
        await _scene.PublishAsync(["old"], key: _ => "a");
        await _scene.ExpectAsync("old");
        _scene.Clock.Advance(Handover * 0.9);
        await _scene.PublishAsync(["young", "younger"], key: i => $"{i}");
        (await _scene.ExpectAsync("young"), await _scene.ExpectAsync("younger")).Item1.Answer(AttemptResult.Delivered);
        var stopped = _scene.Host.StopAsync();
        _scene.Host.LimitAttempts(Handover);
        _scene.Clock.Advance(Handover * 0.9);
        await _scene.RoundsAsync(5);
        Assert.False(stopped.IsCompleted);
        await _scene.Clock.AdvanceUntilAsync(stopped, Handover * 0.2);
        Assert.Contains(_scene.Store.Commits, commit => commit.History is { First: 2, Last: 2 });
    }

    [Fact]
    public async Task An_attempt_given_up_while_stopping_is_not_counted_and_is_made_again_with_the_same_number()
    {
        await _scene.StartAsync(draft => draft with { Retry = new RetryPolicy { Waits = new RetryWaits.Schedule([TimeSpan.FromSeconds(1)], 0) } });
        await _scene.PublishAsync(["one"]);
        (await _scene.ExpectAsync("one")).Answer(Results.Status500);
        await _scene.Store.WhenAsync(commit => commit.History is not null);
        var second = await _scene.ExpectLaterAsync("one");
        Assert.Equal(2, second.Attempt.Number);
        var stopped = _scene.Host.StopAsync();
        _scene.Term.GiveUpAttempts();
        await stopped;
        Assert.DoesNotContain(_scene.Store.Commits, commit => commit.DeadLetters.Count > 0);

        var saved = new SavedProgress();
        foreach (var commit in _scene.Store.Commits.Where(c => !c.Progress.IsEmpty))
            saved.Apply(commit.Progress.Span);
        Assert.Equal(1, Assert.Single(Assert.Single(saved.States.Values).Lanes.Values).Attempts);
    }
}
