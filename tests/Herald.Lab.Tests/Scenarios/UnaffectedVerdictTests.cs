using Herald.Lab.Catchers;
using Herald.Lab.Scenarios;
using Xunit;

namespace Herald.Lab.Tests.Scenarios;

public sealed class UnaffectedVerdictTests
{
    private static readonly PhasePlan Plan = new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10));
    private static readonly HandlerRole Nightmare = new("nightmare", Mode.Nightmare, false), Hell = new("hell", Mode.Nightmare, true), Clean = new("clean", Mode.None, false);

    [Fact]
    public void Where_nobody_noticed_anything_all_holds()
    {
        var criteria = UnaffectedVerdict.Judge([Handler(Nightmare, 5, 5), HellHandler(), Handler(Clean, 1, 1)], Plan, 0, 0);
        Assert.Equal(
            [
                "nightmare: delivered a second during hell", "nightmare: lag p50 during hell", "nightmare: lag p95 during hell", "clean: lag p99 during hell",
                "hell: delivered during hell", "hell: caught up after the end of hell", "out of order", "lost", "least delivered (nightmare)",
            ],
            criteria.Select(criterion => criterion.What));
        Assert.All(criteria, criterion => Assert.True(criterion.Holds, criterion.ToString()));
    }

    [Theory]
    [InlineData(1.0, 1.2, true)]
    [InlineData(1.0, 1.21, false)]
    [InlineData(100.0, 110.0, true)]
    [InlineData(100.0, 110.1, false)]
    [InlineData(100.0, 10.0, true)]
    public void A_lag_may_grow_by_a_tenth_or_a_fifth_of_a_millisecond(double before, double during, bool holds) =>
        Assert.Equal(holds, One("clean: lag p99 during hell", Handler(Clean, before, during)).Holds);

    [Theory]
    [InlineData(1.0, 1.9, true)]
    [InlineData(1.0, 1.91, false)]
    public void Or_by_what_undisturbed_times_differ_by(double before, double during, bool holds) =>
        Assert.Equal(holds, One("clean: lag p99 during hell", Handler(Clean, before, during) with { CalmQuarters = [Lags(1), Lags(1.4), Lags(0.5), Lags(1)] }).Holds);

    [Theory]
    [InlineData(1000, 1000, true)]
    [InlineData(1000, 900, true)]
    [InlineData(1000, 899, false)]
    [InlineData(1000, 1101, false)]
    [InlineData(0, 0, false)]
    public void A_rate_may_differ_by_a_tenth(long before, long during, bool holds) =>
        Assert.Equal(holds, One("nightmare: delivered a second during hell", Handler(Nightmare, 1, 1, before, during)).Holds);

    [Fact]
    public void Without_any_lag_there_is_nothing_to_say()
    {
        var silent = Handler(Clean, 1, 1) with { Phases = Handler(Clean, 1, 1).Phases.ToDictionary(phase => phase.Key, phase => phase.Value with { Lags = Lags() }) };
        Assert.False(One("clean: lag p99 during hell", silent).Holds);
    }

    [Theory]
    [InlineData(0, 30.0, true, true)]
    [InlineData(1, 30.0, false, true)]
    [InlineData(0, 35.1, true, false)]
    [InlineData(0, null, true, false)]
    public void Hell_delivers_nothing_and_catches_up(long delivered, double? caughtUpAt, bool isSilent, bool catchesUp)
    {
        var hell = HellHandler() with { DeliveredInHell = delivered, CaughtUpAt = caughtUpAt is { } seconds ? TimeSpan.FromSeconds(seconds) : null };
        Assert.Equal(isSilent, One("hell: delivered during hell", hell).Holds);
        Assert.Equal(catchesUp, One("hell: caught up after the end of hell", hell).Holds);
    }

    [Theory]
    [InlineData(0, 0, 1000, true, true, true)]
    [InlineData(1, 0, 1000, false, true, true)]
    [InlineData(0, 1, 1000, true, false, true)]
    [InlineData(0, 0, 999, true, true, false)]
    public void Nothing_is_lost_or_out_of_order_and_everybody_got_enough(long lost, long outOfOrder, long delivered, bool lostHolds, bool orderHolds, bool leastHolds)
    {
        var criteria = UnaffectedVerdict.Judge([Handler(Clean, 1, 1) with { Delivered = delivered }], Plan, lost, outOfOrder);
        Assert.Equal([orderHolds, lostHolds, leastHolds], criteria.TakeLast(3).Select(criterion => criterion.Holds));
    }

    private static Criterion One(string what, HandlerFigures handler) =>
        UnaffectedVerdict.Judge([handler], Plan, 0, 0).Single(criterion => criterion.What == what);

    private static HandlerFigures HellHandler() => Handler(Hell, 5, 5) with { CaughtUpAt = TimeSpan.FromSeconds(26) };

    private static HandlerFigures Handler(HandlerRole role, double lagBefore, double lagDuring, long before = 1000, long during = 1000) => new(
        role, new Dictionary<Phase, PhaseFigures> { [Phase.Before] = Figures(before, lagBefore), [Phase.Hell] = Figures(during, lagDuring) },
        [Lags(lagBefore), Lags(lagBefore), Lags(lagBefore), Lags(lagBefore)], 2000, 0, 0, TimeSpan.Zero);

    private static PhaseFigures Figures(long delivered, double lagMs) => new(TimeSpan.FromSeconds(10), delivered, 0, 0, Lags(lagMs));

    private static SortedLags Lags(params double[] ms) => new(ms.Select(TimeSpan.FromMilliseconds));
}
