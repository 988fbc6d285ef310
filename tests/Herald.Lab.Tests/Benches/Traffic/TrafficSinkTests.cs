using Herald.Lab.Benches.Traffic;
using Herald.Lab.Ledgers;
using Herald.TestKit.Time;
using Xunit;

namespace Herald.Lab.Tests.Benches.Traffic;

public sealed class TrafficSinkTests
{
    private const int Run = 3, HotKeys = 1;
    private readonly ManualClock _clock = new();
    private readonly LatencyHistogram _all = new();
    private readonly TrafficSink _sink;

    public TrafficSinkTests()
    {
        _sink = new TrafficSink(_clock, length => Task.Delay(length, _clock));
        _sink.Begin(new TrafficOrder.Begin(Run, Keys: 3, HotKeys, Types: 1), _all);
    }

    [Fact]
    public async Task Events_in_order_are_received_and_later_ones_of_other_keys_do_not_matter()
    {
        await TakeAsync((1, 1), (2, 1), (2, 2), (1, 2));
        Assert.Equal((4, 0, 0), Judged());
    }

    [Fact]
    public async Task What_comes_again_is_a_repeat()
    {
        await TakeAsync((1, 1), (1, 2), (1, 1), (1, 2));
        Assert.Equal((2, 2, 0), Judged());
    }

    [Fact]
    public async Task What_comes_before_its_predecessor_is_out_of_order()
    {
        await TakeAsync((1, 2), (1, 1));
        Assert.Equal(1, Judged().OutOfOrder);
    }

    [Fact]
    public async Task Events_of_other_runs_are_only_counted()
    {
        Assert.Equal(200, await _sink.TakeAsync(new TrafficEvent(Run + 1, 1, 1, 0), CancellationToken.None));
        Assert.Equal((0, 0, 0), Judged());
        Assert.Equal(1, _sink.Look().Foreign);
    }

    [Fact]
    public async Task Latency_counts_from_the_events_time_and_not_for_hot_keys()
    {
        var due = _clock.GetTimestamp();
        _clock.Advance(TimeSpan.FromMilliseconds(40));
        await _sink.TakeAsync(new TrafficEvent(Run, 1, 1, due), CancellationToken.None);
        _clock.Advance(TimeSpan.FromSeconds(9));
        await _sink.TakeAsync(new TrafficEvent(Run, 0, 1, due), CancellationToken.None);
        Assert.InRange(_sink.Look().Latencies.P99, 40, 41.3);
        Assert.InRange(Latencies.Of(_all).P99, 40, 41.3);
        Assert.Equal((1, 1), (_sink.Look().ReceivedHot, _sink.Look().ReceivedOthers));
    }

    [Fact]
    public async Task Refused_events_are_not_received()
    {
        _sink.Conduct = SinkConduct.RefuseHotKeys;
        Assert.Equal(500, await _sink.TakeAsync(new TrafficEvent(Run, 0, 1, 0), CancellationToken.None));
        Assert.Equal(200, await _sink.TakeAsync(new TrafficEvent(Run, 1, 1, 0), CancellationToken.None));
        _sink.Conduct = SinkConduct.Refuse;
        Assert.Equal(500, await _sink.TakeAsync(new TrafficEvent(Run, 1, 2, 0), CancellationToken.None));
        Assert.Equal((1, 0, 0), Judged());
    }

    [Fact]
    public async Task Work_takes_its_time_and_is_counted()
    {
        _sink.Conduct = SinkConduct.Work;
        var one = Enumerable.Range(1, 100).Select(number => new TrafficEvent(Run, 1, number, 0)).First(one => TrafficSink.WorkOf(one).TotalMilliseconds > 2);
        var taking = _sink.TakeAsync(one, CancellationToken.None);
        Assert.False(taking.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(5));
        Assert.Equal(200, await taking);
        Assert.InRange(_sink.Look().Busy.TotalMilliseconds, 2, 5);
    }

    [Fact]
    public void Work_is_spread_over_five_milliseconds()
    {
        var work = Enumerable.Range(1, 10).SelectMany(key => Enumerable.Range(1, 1000).Select(number => TrafficSink.WorkOf(new TrafficEvent(Run, key, number, 0)).TotalMilliseconds)).ToList();
        Assert.InRange(work.Average(), 2.4, 2.6);
        Assert.InRange(work.Max(), 4.9, 5);
        Assert.InRange(work.Min(), 0, 0.1);
    }

    [Fact]
    public async Task Who_hangs_answers_when_the_caller_is_gone()
    {
        _sink.Conduct = SinkConduct.Hang;
        using var gone = new CancellationTokenSource();
        var taking = _sink.TakeAsync(new TrafficEvent(Run, 1, 1, 0), gone.Token);
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.False(taking.IsCompleted);
        await gone.CancelAsync();
        await taking;
        Assert.Equal((0, 0, 0), Judged());
    }

    [Fact]
    public async Task After_a_mark_the_first_one_is_the_next_that_comes()
    {
        _clock.Advance(TimeSpan.FromSeconds(1));
        await TakeAsync((1, 1));
        _sink.Mark();
        Assert.Equal(0, _sink.Look().FirstAt);
        _clock.Advance(TimeSpan.FromSeconds(1));
        var at = _clock.GetTimestamp();
        await TakeAsync((1, 1));
        Assert.Equal(at, _sink.Look().FirstAt);
    }

    private (long Received, long Repeated, long OutOfOrder) Judged()
    {
        var totals = _sink.Look();
        return (totals.Received, totals.Repeated, totals.OutOfOrder);
    }

    private async Task TakeAsync(params (int Key, long Number)[] events)
    {
        foreach (var (key, number) in events)
            Assert.Equal(200, await _sink.TakeAsync(new TrafficEvent(Run, key, number, _clock.GetTimestamp()), CancellationToken.None));
    }
}
