using Herald.Lab.Catchers;
using Herald.TestKit.Time;
using Xunit;

namespace Herald.Lab.Tests.Catchers;

public sealed class MisbehaviourTests
{
    private const int Requests = 100_000;
    private readonly ManualClock _clock = new(DateTimeOffset.UnixEpoch);

    [Theory]
    [InlineData("none", 0, 0)]
    [InlineData("soft", 0.005, 0.005)]
    [InlineData("hard", 0.01, 0.01)]
    [InlineData("critical", 0.05, 0.05)]
    [InlineData("nightmare", 0.165, 0.165)]
    [InlineData("hell", 1, 0)]
    public void A_mode_hits_its_share_of_requests(string mode, double failed, double delayed)
    {
        var hits = Draw(new(Enum.GetValues<Mode>().Single(one => Modes.NameOf(one) == mode)), 7);
        Assert.Equal(failed, hits.Count(hit => hit.Fails) / (double)Requests, 0.005);
        Assert.Equal(delayed, hits.Count(hit => hit.Delay > TimeSpan.Zero) / (double)Requests, 0.005);
        Assert.All(hits, hit => Assert.False(hit.Fails && hit.Delay > TimeSpan.Zero));
    }

    [Fact]
    public void Delays_are_drawn_from_the_whole_range_and_from_nowhere_else()
    {
        var delays = Draw(new(Mode.Nightmare), 7).Where(hit => hit.Delay > TimeSpan.Zero).Select(hit => hit.Delay.TotalMilliseconds).ToList();
        Assert.InRange(delays.Min(), 500, 510);
        Assert.InRange(delays.Max(), 990, 1000);
        Assert.InRange(delays.Average(), 740, 760);
    }

    [Fact]
    public void The_same_seed_draws_the_same() =>
        Assert.Equal(Draw(new(Mode.Nightmare), 3).Take(100), Draw(new(Mode.Nightmare), 3).Take(100));

    [Fact]
    public void The_mode_is_the_one_of_the_moment()
    {
        var misbehaviour = new Misbehaviour(
            new(Mode.None, Mode.Hell, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(3)), LatencyRange.Usual, _clock, new Random(1));
        Assert.Equal(new PlannedAnswer(Mode.None, false, TimeSpan.Zero), misbehaviour.Next());
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(new PlannedAnswer(Mode.Hell, true, TimeSpan.Zero), misbehaviour.Next());
        _clock.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(new PlannedAnswer(Mode.None, false, TimeSpan.Zero), misbehaviour.Next());
        misbehaviour.Become(Mode.Hell);
        Assert.Equal(new PlannedAnswer(Mode.Hell, true, TimeSpan.Zero), misbehaviour.Next());
    }

    [Theory]
    [InlineData(0, "nightmare")]
    [InlineData(59.999, "nightmare")]
    [InlineData(60, "hell")]
    [InlineData(239.999, "hell")]
    [InlineData(240, "nightmare")]
    [InlineData(100_000, "nightmare")]
    public void A_schedule_has_another_mode_for_a_while(double seconds, string mode) =>
        Assert.Equal(mode, Modes.NameOf(new ModeSchedule(Mode.Nightmare, Mode.Hell, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(3)).At(TimeSpan.FromSeconds(seconds))));

    private List<PlannedAnswer> Draw(ModeSchedule schedule, int seed)
    {
        var misbehaviour = new Misbehaviour(schedule, LatencyRange.Usual, _clock, new Random(seed));
        return [.. Enumerable.Range(0, Requests).Select(_ => misbehaviour.Next())];
    }
}
