using System.Diagnostics.CodeAnalysis;
using Herald.Engine.Applications;
using Herald.Engine.Channels;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Engine.Tests.Shards;
using Xunit;

namespace Herald.Engine.Tests.Applications;

/// <summary>When an application is called without events.</summary>
public sealed class TickTests
{
    private const int Backlog = 5;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1), Step = TimeSpan.FromMilliseconds(50), Every = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task The_first_call_is_a_tick_for_an_application_that_wants_ticks_under_backlog()
    {
        var application = new Recorder { TicksUnderBacklog = true };
        await using var scene = await StartBehindAsync(application);
        await CallsAreAsync(application, 0, 1, 2, 3, 4, 5);
    }

    [Fact]
    public async Task Another_application_gets_its_first_tick_when_it_has_read_everything()
    {
        var application = new Recorder { OnCall = batch => batch.TickBy(0) };
        await using var scene = await StartBehindAsync(application);
        await CallsAreAsync(application, 1, 2, 3, 4, 5, 0);
    }

    [Fact]
    public async Task Ticks_and_pieces_of_the_log_alternate_if_each_call_asks_for_a_tick_at_once()
    {
        var application = new Recorder { TicksUnderBacklog = true, OnCall = batch => batch.TickBy(long.MinValue) };
        await using var scene = await StartBehindAsync(application);
        await CallsAreAsync(application, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5);
        // At the end of the log one tick follows another, and time passes in between.
        var (one, two) = (await LaterAsync(scene, application), await LaterAsync(scene, application));
        Assert.Equal((0, 0), (one.Sequence, two.Sequence));
        Assert.InRange(two.At - one.At, TimeSpan.FromMilliseconds(1), 2 * Step);
    }

    [Fact]
    public async Task Pieces_without_events_of_the_application_do_not_hold_ticks_up()
    {
        var application = new Recorder { TicksUnderBacklog = true, Topic = "other", OnCall = batch => batch.TickBy(0) };
        await using var scene = await StartBehindAsync(application);
        await CallsAreAsync(application, 0, 0, 0, 0, 0, 0);
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(-5, 0)]
    [InlineData(60, 10)]
    public async Task A_tick_comes_when_it_was_asked_for_and_not_later_than_every_so_often(int askedAfter, int comesAfter)
    {
        var application = new Recorder();
        await using var scene = await StartedAsync(application);
        application.OnCall = batch => batch.TickBy(batch.NowMs + (askedAfter * 1000));
        await scene.PublishAsync(["one"]);
        var asked = await SavedAsync(scene, application);
        application.OnCall = _ => { };
        var tick = await LaterAsync(scene, application);
        Assert.Equal((1, 0), (asked.Sequence, tick.Sequence));
        var least = Math.Max(0, (comesAfter * 1000) - (comesAfter == 10 ? 1000 : 0));
        Assert.InRange((tick.At - asked.At).TotalMilliseconds, least, (comesAfter * 1000) + (2 * Step.TotalMilliseconds));
    }

    [Fact]
    public async Task The_earliest_of_several_requests_counts_and_the_tick_ends_the_others()
    {
        var application = new Recorder();
        await using var scene = await StartedAsync(application);
        application.OnCall = batch =>
        {
            batch.TickBy(batch.NowMs + 3000);
            batch.TickBy(batch.NowMs + 1000);
            batch.TickBy(batch.NowMs + 2000);
        };
        await scene.PublishAsync(["one"]);
        var asked = await SavedAsync(scene, application);
        application.OnCall = _ => { };
        var (first, second) = (await LaterAsync(scene, application), await LaterAsync(scene, application));
        Assert.InRange(first.At - asked.At, Second, Second + (2 * Step));
        Assert.InRange(second.At - first.At, Every, Every + (2 * Step));
    }

    [Fact]
    public async Task The_request_of_a_batch_that_fails_does_not_count()
    {
        var application = new Recorder();
        await using var scene = await StartedAsync(application);
        application.OnCall = batch =>
        {
            batch.TickBy(batch.NowMs + 1000);
            throw new NotSupportedException("This event is not for me.");
        };
        await scene.PublishAsync(["one"]);
        var failed = await application.NextAsync();
        application.OnCall = _ => { };
        await scene.Store.WhenAsync(commit => commit.DeadLetters.Count > 0);
        Assert.InRange((await LaterAsync(scene, application)).At - failed.At, Every - Second, Every + (2 * Step));
    }

    [Fact]
    public async Task A_tick_that_fails_comes_again_only_when_the_next_one_is_due()
    {
        var application = new Recorder { OnCall = batch => throw new NotSupportedException("No tick for me.") };
        await using var scene = await StartBehindAsync(application, events: 0);
        var (first, second) = (await application.NextAsync(), await LaterAsync(scene, application));
        Assert.InRange(second.At - first.At, Every, 2 * Every);
    }

    [Fact]
    public async Task A_tick_that_could_not_reach_the_store_comes_again_before_any_event()
    {
        var isAway = true;
        var application = new Recorder
        {
            TicksUnderBacklog = true,
            OnCall = _ =>
            {
                if (isAway)
                    throw new StoreUnavailableException("The test's store is away.");
            },
        };
        await using var scene = await StartBehindAsync(application);
        Assert.Equal(0, (await application.NextAsync()).Sequence);
        Assert.Equal(0, (await LaterAsync(scene, application)).Sequence);
        isAway = false;
        Assert.Equal((0, 1), ((await LaterAsync(scene, application)).Sequence, (await LaterAsync(scene, application)).Sequence));
    }

    [Theory]
    [InlineData(-30)]
    [InlineData(30)]
    public async Task A_clock_that_is_set_changes_the_wait_by_no_more_than_the_time_between_two_ticks(int hours)
    {
        var application = new Recorder();
        await using var scene = await StartedAsync(application);
        application.OnCall = batch => batch.TickBy(batch.NowMs + 2000);
        await scene.PublishAsync(["one"]);
        var asked = await SavedAsync(scene, application);
        scene.Clock.Set(TimeSpan.FromHours(hours));
        var tick = await LaterAsync(scene, application);
        Assert.InRange(tick.At - asked.At, 2 * Second, (2 * Second) + (2 * Step));
        // The times that it asks for from now on are times of the clock as it is now.
        Assert.InRange((await LaterAsync(scene, application)).At - tick.At, 2 * Second, (2 * Second) + (2 * Step));
    }

    [Fact]
    public async Task A_new_owner_begins_with_a_tick_whatever_the_last_one_was_asked_for()
    {
        var application = new Recorder { TicksUnderBacklog = true, OnCall = batch => batch.TickBy(batch.NowMs + 9000) };
        await using var scene = await StartBehindAsync(application, events: 1);
        await CallsAreAsync(application, 0, 1);
        (await scene.Channel.NextAsync()).Answer(AttemptResult.Delivered);
        await scene.Host.StopAsync();
        await scene.AppendAsync(["two"]);
        scene.TakeOver();
        scene.Host.Start();
        Assert.Equal(0, (await application.NextAsync()).Sequence);
    }

    private static async Task<HostScene> StartBehindAsync(Recorder application, int events = Backlog)
    {
        var scene = new HostScene(applications: application);
        scene.Log.MostEntries = 1;
        application.Now = scene.Clock.GetTimestamp;
        application.Armings = () => scene.ApplicationTime.Armings;
        await scene.SubscribeAsync();
        if (events > 0)
            await scene.AppendAsync([.. Enumerable.Range(1, events).Select(i => $"{i}")]);
        await scene.StartAsync();
        return scene;
    }

    /// <summary>The application has had its first tick.</summary>
    private static async Task<HostScene> StartedAsync(Recorder application)
    {
        var scene = await StartBehindAsync(application, events: 0);
        Assert.Equal(0, (await application.NextAsync()).Sequence);
        return scene;
    }

    /// <summary>The next calls begin with these sequences. A tick is 0.</summary>
    private static async Task CallsAreAsync(Recorder application, params int[] expected)
    {
        foreach (var sequence in expected)
            Assert.Equal(sequence, (await application.NextAsync()).Sequence);
    }

    /// <summary>Waits for the next call while time passes. It has been saved, unless it failed.</summary>
    private static async Task<Call> LaterAsync(HostScene scene, Recorder application)
    {
        Call? call;
        // Time that passes before the application's loop has set its timer would make the tick late.
        while (!application.TryNext(out call))
        {
            if (scene.ApplicationTime.WaitsAfter(application.ArmingsAtCall))
                scene.Clock.Advance(Step);
            await Task.Yield();
        }
        if (!call.Failed)
            await WhenSavedAsync(scene, call);
        return call;
    }

    /// <summary>Waits for the next call and until it has been saved. By then its request has been heard, and time can pass.</summary>
    private static async Task<Call> SavedAsync(HostScene scene, Recorder application)
    {
        var call = await application.NextAsync();
        await WhenSavedAsync(scene, call);
        return call;
    }

    private static Task<ShardCommit> WhenSavedAsync(HostScene scene, Call call) => scene.Store.WhenAsync(
        commit => commit.State.Any(write => write.Application == "recorder" && BitConverter.ToInt32(StateValue.Read(write.Value!.Value).Span) >= call.Number));

    /// <param name="Number">1, 2, 3 …, in the order of the calls.</param>
    /// <param name="Sequence">Of the first event; 0 for a tick.</param>
    private sealed record Call(int Number, int Sequence, TimeSpan At, bool Failed);

    private sealed class Recorder : IApplication, IShardApplication
    {
        private readonly System.Threading.Channels.Channel<Call> _calls = System.Threading.Channels.Channel.CreateUnbounded<Call>();
        private int _count, _armingsAtCall;

        public Func<int> Armings { get; set; } = () => 0;

        /// <summary>How often a timer had been set when the last call came.</summary>
        public int ArmingsAtCall => Volatile.Read(ref _armingsAtCall);

        public Action<ApplicationBatch> OnCall { get; set; } = _ => { };
        public Func<long> Now { get; set; } = () => 0;
        public string Name => "recorder";
        public string Topic { get; init; } = "t";
        public TimeSpan TickEvery => Every;
        public bool TicksUnderBacklog { get; init; }
        public IShardApplication Begin(ShardId shard) => this;
        public bool TryNext([NotNullWhen(true)] out Call? call) => _calls.Reader.TryRead(out call);
        public Task<Call> NextAsync() => _calls.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask();

        public ValueTask TakeAsync(ApplicationBatch batch, CancellationToken cancel)
        {
            Volatile.Write(ref _armingsAtCall, Armings());
            var (number, sequence, at) = (++_count, batch.Events.Select(one => (int)one.Sequence).FirstOrDefault(), TimeSpan.FromTicks(Now()));
            try
            {
                OnCall(batch);
                batch.Set("calls"u8, BitConverter.GetBytes(number));
                _calls.Writer.TryWrite(new Call(number, sequence, at, Failed: false));
            }
            catch (Exception)
            {
                _calls.Writer.TryWrite(new Call(number, sequence, at, Failed: true));
                throw;
            }
            return ValueTask.CompletedTask;
        }
    }
}
