using Herald.Engine.Applications;
using Herald.Engine.Channels;
using Herald.Engine.Events;
using Herald.Engine.Inspection;
using Herald.Engine.Sending;
using Herald.Engine.Shards;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Herald.Engine.Tests.Sending;
using Herald.TestKit.Time;
using Xunit;

namespace Herald.Engine.Tests.Shards;

/// <summary>The wall clock can be set back or forward at any moment. Waits become neither longer nor shorter.</summary>
public sealed class SetClockTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1), Second = TimeSpan.FromSeconds(1);

    private static readonly RetryPolicy EverySecond = new() { Waits = new RetryWaits.Schedule([Second], 0), MaxAge = TimeSpan.FromMinutes(1) };

    public static TheoryData<int> Settings => [-1, 1, 24 * 365];

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task A_retry_comes_when_it_is_due_and_nothing_is_given_up_early(int hours)
    {
        await using var scene = new HostScene();
        await scene.StartAsync(draft => draft with { Retry = EverySecond });
        await scene.PublishAsync(["one"]);
        (await scene.ExpectAsync("one")).Answer(Results.Status500);
        await BlockedAsync(scene);
        scene.Clock.Set(by: hours * Hour);
        var began = scene.Clock.GetTimestamp();
        (await scene.ExpectLaterAsync("one")).Answer(Results.Status500);
        await BlockedAsync(scene);
        (await scene.ExpectLaterAsync("one")).Answer(AttemptResult.Delivered);
        Assert.InRange(scene.Clock.GetElapsedTime(began).TotalSeconds, 2, 20);
        await scene.RoundsAsync(20);
        Assert.All(scene.Store.Commits, commit => Assert.Empty(commit.DeadLetters));
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task Progress_is_saved_whatever_the_clock_is_set_to(int hours)
    {
        await using var scene = new HostScene();
        await scene.StartAsync();
        await scene.PublishAsync(["one"]);
        (await scene.ExpectAsync("one")).Answer(AttemptResult.Delivered);
        await scene.Store.WhenAsync(commit => commit.History is not null);
        scene.Clock.Set(by: hours * Hour);
        await scene.PublishAsync(["two"]);
        (await scene.ExpectAsync("two")).Answer(AttemptResult.Delivered);
        await scene.RoundsAsync(20);
        scene.Clock.Advance(Second);
        await scene.Store.WhenAsync(commit => commit.History is { Last: 2 });
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void An_endpoint_that_is_down_is_probed_whatever_the_clock_is_set_to(int hours)
    {
        var (clock, shard) = (new ManualClock(), new RecordingTaker());
        using var ledger = new PermitLedger(100, clock, new Random(1));
        var subscription = SubscriptionEntries.Plain(1).Subscription;
        ledger.AskFor(subscription, PermitKind.First, 100, shard);
        for (var key = 0ul; ledger.InFlight > 0; key++)
            ledger.Settle(1, PermitKind.First, Results.TimedOut, key, shard);
        Assert.Equal(0, ledger.Look(subscription).Limit);
        clock.Set(by: hours * Hour);
        var granted = shard.Granted.Count;
        clock.Advance(10 * Second);
        Assert.Equal(granted + 1, shard.Granted.Count);
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void A_rate_is_kept_whatever_the_clock_is_set_to(int hours)
    {
        var (clock, shard) = (new ManualClock(), new RecordingTaker());
        using var ledger = new PermitLedger(100, clock, new Random(1));
        ledger.AskFor(SubscriptionEntries.Plain(1, limits: new DeliveryLimits { RatePerSecond = 1, FixedInFlight = true }).Subscription, PermitKind.First, 100, shard);
        Assert.Single(shard.Granted);
        clock.Set(by: hours * Hour);
        clock.Advance(10 * Second);
        Assert.InRange(shard.Granted.Count, 10, 12);
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task Applications_are_told_that_time_goes_by_whatever_the_clock_is_set_to(int hours)
    {
        var ticking = new Ticking();
        await using var scene = new HostScene(true, default, applications: ticking);
        await scene.StartAsync();
        await ticking.NextAsync();
        scene.Clock.Set(by: hours * Hour);
        var (next, began) = (ticking.NextAsync().AsTask(), scene.Clock.GetTimestamp());
        await scene.Clock.AdvanceUntilAsync(next, Second);
        Assert.InRange(scene.Clock.GetElapsedTime(began).TotalSeconds, 1, 20);
    }

    [Fact]
    public void A_wait_that_was_saved_before_the_clock_was_set_back_is_no_longer_than_it_was_then()
    {
        var scene = new ShardScene(retry: EverySecond);
        scene.Publish("k");
        scene.Fail(1);
        scene.Commit();
        scene.SetClock(-24 * Hour);
        scene.Restart();
        scene.Pass(0.5 * Second);
        Assert.Empty(scene.Started);
        scene.Pass(0.6 * Second);
        Assert.Equal([1], scene.Started);
        scene.Fail(1);
        Assert.Empty(scene.WaitingSkips);
    }

    [Fact]
    public void What_is_saved_after_the_clock_was_set_is_understood_by_the_next_owner()
    {
        var scene = new ShardScene(retry: EverySecond);
        scene.Publish("k");
        scene.SetClock(Hour);
        scene.Fail(1);
        scene.Commit();
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1_000_000 + 3_600_000 + 1000), NextOf(scene.LookLive()));
        Assert.Equal(NextOf(scene.LookLive()), NextOf(scene.LookSaved()));
        scene.Restart();
        scene.Pass(0.5 * Second);
        Assert.Empty(scene.Started);
        scene.Pass(0.6 * Second);
        Assert.Equal([1], scene.Started);
        // The first attempt was a second ago, not an hour: the maximum age is not reached.
        scene.Fail(1);
        Assert.Empty(scene.WaitingSkips);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(-2)]
    public void What_is_in_the_window_expires_by_the_time_that_goes_by_there(int hours)
    {
        var scene = new ShardScene(retry: EverySecond with { Ttl = TimeSpan.FromSeconds(10), MaxAge = null });
        scene.Publish("k");
        scene.SetClock(hours * Hour);
        scene.Fail(1);
        scene.Pass(5 * Second);
        Assert.Equal([1, 1], scene.Started);
        scene.Fail(1);
        scene.Pass(6 * Second);
        Assert.Equal([(1, SkipKind.Expire)], scene.WaitingSkips);
    }

    private static DateTimeOffset? NextOf(SubscriptionView look) => Assert.Single(look.BlockedHeads()).NextAttemptAt;

    private static async Task BlockedAsync(HostScene scene)
    {
        while (!await scene.Host.CallAsync(machine => machine.States.Values.All(state => state.Lanes.Values.All(lane => lane.State == LaneState.Blocked)), default))
            await Task.Yield();
    }

    private sealed class Ticking : IApplication, IShardApplication
    {
        private readonly System.Threading.Channels.Channel<bool> _ticks = System.Threading.Channels.Channel.CreateUnbounded<bool>();

        public string Name => "ticking";
        public string Topic => "t";
        public TimeSpan TickEvery => TimeSpan.FromSeconds(5);
        public IShardApplication Begin(ShardId shard) => this;
        public ValueTask<bool> NextAsync() => _ticks.Reader.ReadAsync(TestContext.Current.CancellationToken);

        public ValueTask TakeAsync(ApplicationBatch batch, CancellationToken cancel)
        {
            _ticks.Writer.TryWrite(true);
            return ValueTask.CompletedTask;
        }
    }
}
