using System.Collections.Concurrent;
using Herald.Brokers.Feeds;
using Herald.Contracts.Sources;
using Herald.TestKit.Time;

namespace Herald.Brokers.Tests.Feeds;

public sealed class FeedPumpTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly ScriptedFeed _feed = new();
    private readonly TransactionSink _sink = new();
    private readonly CancellationTokenSource _givingUp = new();
    private readonly ConcurrentQueue<int> _batches = new();

    public void Dispose() => _givingUp.Dispose();

    [Fact]
    public async Task A_message_that_comes_alone_is_saved_at_once()
    {
        var running = Start(new());
        for (var i = 1; i <= 3; i++)
        {
            _feed.Send("a");
            await Until.HoldsAsync(() => _batches.Count == i, "it is saved");
        }
        await EndAsync(running);
        Assert.Equal([1, 1, 1], _batches);
    }

    [Fact]
    public async Task What_comes_while_a_batch_is_saved_is_the_next_batch()
    {
        _sink.Hold();
        var running = Start(new());
        _feed.Send("a");
        await Until.HoldsAsync(() => _sink.Waiting == 1, "the first is being saved");
        _feed.Send("b", "c");
        await Until.HoldsAsync(() => _feed.Taken == 3, "the others are taken");
        _feed.Send("d");
        await Until.HoldsAsync(() => _feed.Taken == 4, "one more is taken");
        _sink.LetGo();
        await EndAsync(running);

        Assert.Equal([1, 3], _batches);
        Assert.Equal(["a", "b", "c", "d"], _sink.PayloadsOf("key"));
    }

    [Fact]
    public async Task Two_batches_are_in_memory_and_the_rest_waits_in_the_feed()
    {
        _sink.Hold();
        _feed.Send(Enumerable.Repeat("a", 10));
        var running = Start(new() { BatchEvents = 2 });
        await Until.HoldsAsync(() => _sink.Waiting == 1 && _feed.Taken == 4, "two batches are taken");
        _sink.LetGo();
        await EndAsync(running);

        Assert.Equal([2, 2, 2, 2, 2], _batches);
        Assert.Equal(2, _sink.MostOpen.Batches);
    }

    [Fact]
    public async Task A_batch_is_full_with_its_bytes_too()
    {
        _feed.Send("aaaa", "bbbb", "cccc", "dddddddddddd", "e");
        var running = Start(new() { BatchBytes = 8 });
        await EndAsync(running);
        Assert.Equal([2, 2, 1], _batches);
    }

    [Fact]
    public async Task With_a_wait_a_batch_is_saved_when_its_first_message_has_waited()
    {
        var running = Start(new() { BatchWait = TimeSpan.FromSeconds(5) });
        _feed.Send("a");
        await _clock.WhenArmedAsync(1);
        _clock.Advance(TimeSpan.FromSeconds(4));
        _feed.Send("b");
        await Until.HoldsAsync(() => _feed.Taken == 2, "the other is taken");
        Assert.Empty(_batches);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await Until.HoldsAsync(() => _batches.Count == 1, "both are saved");
        await EndAsync(running);
        Assert.Equal([2], _batches);
    }

    [Fact]
    public async Task A_full_batch_does_not_wait()
    {
        var running = Start(new() { BatchWait = TimeSpan.FromSeconds(5), BatchEvents = 2 });
        _feed.Send("a", "b");
        await Until.HoldsAsync(() => _batches.Count == 1, "it is saved");
        await EndAsync(running);
    }

    [Fact]
    public async Task A_position_is_kept_only_after_its_messages_are_durable()
    {
        _sink.Hold();
        var running = Start(new());
        _feed.Send("a", "b");
        await Until.HoldsAsync(() => _sink.Waiting == 1 && _feed.Taken == 2, "they are taken");
        Assert.Equal((0, 0), _feed.Kept);
        _sink.LetGo();
        await EndAsync(running);
        Assert.Equal((2, 2), _feed.Kept);
        Assert.Equal(2, await _sink.FindPositionAsync("script", default));
    }

    [Fact]
    public async Task A_failure_of_the_sink_ends_it_at_once_and_keeps_no_position()
    {
        _sink.Failure = new IOException("broken");
        var running = Start(new());
        _feed.Send("a");
        Assert.Equal("broken", (await Assert.ThrowsAsync<IOException>(() => running)).Message);
        Assert.Equal((0, 0), _feed.Kept);
        Assert.Empty(_batches);
    }

    [Fact]
    public async Task A_failure_of_the_feed_ends_it_when_what_was_being_saved_is_durable()
    {
        _sink.Hold();
        var running = Start(new());
        _feed.Send("a");
        await Until.HoldsAsync(() => _sink.Waiting == 1, "it is being saved");
        _feed.End(new IOException("broken"));
        Assert.False(running.IsCompleted);
        _sink.LetGo();
        await Assert.ThrowsAsync<IOException>(() => running);
        Assert.Equal((1, 1), _feed.Kept);
    }

    [Fact]
    public async Task After_it_was_given_up_it_saves_nothing()
    {
        _sink.Hold();
        var running = Start(new());
        _feed.Send("a");
        await Until.HoldsAsync(() => _sink.Waiting == 1, "it is being saved");
        _feed.Send("b");
        await _givingUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        _sink.LetGo();
        Assert.Equal((0, (0, 0)), (_sink.Count, _feed.Kept));
    }

    [Fact]
    public async Task A_sink_that_takes_longer_than_a_second_holds_it_up()
    {
        _sink.Hold();
        var pump = Pump(new());
        var running = pump.RunAsync(_givingUp.Token);
        _feed.Send("a");
        await Until.HoldsAsync(() => _sink.Waiting == 1, "it is being saved");
        Assert.False(pump.IsHeldUp);
        _clock.Advance(TimeSpan.FromMilliseconds(1001));
        Assert.True(pump.IsHeldUp);
        _sink.LetGo();
        await EndAsync(running);
        Assert.False(pump.IsHeldUp);
    }

    private Task Start(ScriptedOptions options) => Pump(options).RunAsync(_givingUp.Token);

    private FeedPump Pump(ScriptedOptions options) => new(_feed, _sink, options, tally => _batches.Enqueue(tally.Accepted), _clock);

    private Task EndAsync(Task running)
    {
        _feed.End();
        return Until.EndsAsync(running, "all is saved");
    }
}
