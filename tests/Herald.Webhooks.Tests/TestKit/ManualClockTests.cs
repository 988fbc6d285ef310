using Herald.TestKit.Time;

namespace Herald.Webhooks.Tests.TestKit;

public sealed class ManualClockTests
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly ManualClock _clock = new(Start);
    private readonly List<string> _fired = [];

    [Fact]
    public void It_stands_still_until_it_is_moved()
    {
        var began = _clock.GetTimestamp();
        Assert.Equal(Start, _clock.GetUtcNow());
        _clock.Advance(TimeSpan.FromMilliseconds(1.5));
        Assert.Equal(Start.AddMilliseconds(1.5), _clock.GetUtcNow());
        Assert.Equal(TimeSpan.FromMilliseconds(1.5), _clock.GetElapsedTime(began));
        Assert.Throws<ArgumentOutOfRangeException>(() => _clock.Advance(TimeSpan.FromTicks(-1)));
    }

    [Fact]
    public void Timers_fire_in_the_order_due_and_see_their_own_time()
    {
        Arm("c", 3);
        Arm("a", 1);
        Arm("b1", 2);
        Arm("b2", 2);
        Arm("late", 4);

        _clock.Advance(TimeSpan.FromSeconds(3.5));

        Assert.Equal(["a@1", "b1@2", "b2@2", "c@3"], _fired);
        Assert.Equal(Start.AddSeconds(3.5), _clock.GetUtcNow());
        Assert.Equal(1, _clock.ArmedTimers);
        Assert.Equal(Start.AddSeconds(4), _clock.NextDue);
    }

    [Fact]
    public void A_period_repeats_until_the_timer_is_disposed()
    {
        var timer = Arm("p", 1, 2);
        _clock.Advance(TimeSpan.FromSeconds(5));
        timer.Dispose();
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(["p@1", "p@3", "p@5"], _fired);
        Assert.False(timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan));
    }

    [Fact]
    public void A_timer_set_by_another_fires_within_the_same_move()
    {
        _clock.CreateTimer(_ => Arm("second", 1), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(["second@2"], _fired);
    }

    [Fact]
    public void A_timer_can_be_moved_and_stopped()
    {
        var moved = Arm("moved", 1);
        Assert.True(moved.Change(TimeSpan.FromSeconds(5), Timeout.InfiniteTimeSpan));
        var stopped = Arm("stopped", 1);
        Assert.True(stopped.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(["moved@5"], _fired);
    }

    [Fact]
    public async Task Delays_and_cancellations_follow_it()
    {
        using var source = new CancellationTokenSource(TimeSpan.FromSeconds(2), _clock);
        var delay = Task.Delay(TimeSpan.FromSeconds(1), _clock, TestContext.Current.CancellationToken);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await delay;
        Assert.False(source.IsCancellationRequested);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(source.IsCancellationRequested);
    }

    [Fact]
    public async Task A_test_can_wait_until_timers_are_armed()
    {
        var armed = _clock.WhenArmedAsync(2);
        Arm("one", 1);
        Assert.False(armed.IsCompleted);
        Arm("two", 1);
        await armed;
        await _clock.WhenArmedAsync(1);
    }

    private ITimer Arm(string name, double due, double? period = null) => _clock.CreateTimer(
        _ => _fired.Add($"{name}@{(_clock.GetUtcNow() - Start).TotalSeconds}"), null, TimeSpan.FromSeconds(due),
        period is { } p ? TimeSpan.FromSeconds(p) : Timeout.InfiniteTimeSpan);
}
