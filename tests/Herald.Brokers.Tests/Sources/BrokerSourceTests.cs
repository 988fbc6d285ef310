using Herald.Brokers.Tests.Feeds;
using Herald.Contracts.Sources;
using Herald.TestKit.Time;

namespace Herald.Brokers.Tests.Sources;

public sealed class BrokerSourceTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_a_failure_the_feed_is_opened_again()
    {
        await using var node = await SourceNode.StartAsync();
        ScriptedFeed first = new(), second = new() { Stream = "second" };
        await using var source = new ScriptedSource([first, second], TimeProvider.System);
        await source.StartAsync(node.Engine, TestEnd);
        first.Send("a");
        await Until.HoldsAsync(() => source.Totals.Accepted == 1, "it reads");
        first.End(new IOException("broken"));
        second.Send("b");
        await Until.HoldsAsync(() => source.Totals.Accepted == 2, "it reads the next feed");
        Assert.True(first.IsDisposed);
    }

    [Fact]
    public async Task A_time_out_of_the_sink_is_a_failure_and_a_pause_follows()
    {
        await using var node = await SourceNode.StartAsync();
        var (clock, sink) = (new ManualClock(), new TransactionSink { Failure = new TimeoutException("slow") });
        ScriptedFeed first = new(), second = new();
        await using var source = new ScriptedSource([first, second], clock) { SinkOf = _ => sink };
        await source.StartAsync(node.Engine, TestEnd);
        first.Send("a");
        await Until.HoldsAsync(() => first.IsDisposed, "the feed is closed");
        await clock.WhenArmedAsync(1);
        Assert.Equal(1, source.FeedsLeft);
        sink.Failure = null;
        second.Send("a");
        clock.Advance(TimeSpan.FromSeconds(1));
        await Until.HoldsAsync(() => sink.Count == 1, "it is saved");
    }

    [Fact]
    public async Task A_feed_that_cannot_be_opened_ends_the_start()
    {
        await using var node = await SourceNode.StartAsync();
        await using var source = new ScriptedSource([], TimeProvider.System);
        var failure = await Assert.ThrowsAsync<BrokerSetupException>(() => source.StartAsync(node.Engine, TestEnd).AsTask());
        Assert.Equal("script.clusters: there is no feed", failure.Message);
    }

    [Fact]
    public async Task A_topic_that_cannot_be_created_ends_the_start_and_the_message_names_the_setting()
    {
        await using var node = await SourceNode.StartAsync();
        await using var source = new ScriptedSource([new()], TimeProvider.System, topic: "no topic");
        var failure = await Assert.ThrowsAsync<BrokerSetupException>(() => source.StartAsync(node.Engine, TestEnd).AsTask());
        Assert.StartsWith("script.sources: the topic ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_that_is_not_there_delays_the_start_by_five_seconds()
    {
        await using var node = await SourceNode.StartAsync();
        var clock = new ManualClock();
        await using var source = new ScriptedSource([new() { Ready = new TaskCompletionSource<bool>().Task }], clock);
        var starting = source.StartAsync(node.Engine, TestEnd).AsTask();
        await clock.WhenArmedAsync(1);
        Assert.False(starting.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(5));
        await Until.EndsAsync(starting, "the start");
        await Until.HoldsAsync(() => source.IsReading, "it reads");
    }

    [Fact]
    public async Task Only_the_leader_reads_and_another_one_continues()
    {
        await using var node = await SourceNode.StartAsync();
        var leads = false;
        ScriptedFeed first = new(), second = new();
        await using var source = new ScriptedSource([first, second], TimeProvider.System) { Leads = () => Volatile.Read(ref leads) };
        await source.StartAsync(node.Engine, TestEnd);
        Assert.Equal((false, 2), (source.IsReading, source.FeedsLeft));
        Volatile.Write(ref leads, true);
        first.Send("a");
        await Until.HoldsAsync(() => source.Totals.Accepted == 1, "it reads");
        Volatile.Write(ref leads, false);
        await Until.HoldsAsync(() => !source.IsReading, "it reads no more");
        Assert.True(first.IsStopped);
    }

    [Fact]
    public async Task What_was_read_before_a_stop_is_durable_after_it()
    {
        await using var node = await SourceNode.StartAsync();
        var feed = new ScriptedFeed();
        var source = new ScriptedSource([feed], TimeProvider.System);
        await source.StartAsync(node.Engine, TestEnd);
        feed.Send(Enumerable.Repeat("a", 1000));
        await source.DisposeAsync();
        Assert.Equal((1000, (1000L, 1000)), (source.Totals.Accepted, feed.Kept));
        Assert.True(feed.IsDisposed);
    }
}
