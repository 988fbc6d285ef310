using Herald.Engine.Transfer;
using Herald.Postgres.Periods;
using Herald.Postgres.Transfer;
using Xunit;

namespace Herald.Postgres.Tests.Transfer;

public sealed class MovedPeriodsTests
{
    private const long Hour = 3_600_000;

    [Fact]
    public void Each_period_knows_where_all_shards_stood_before_it()
    {
        var periods = new MovedPeriods(new StoreShape(1, 2, [new(5, 5, 8, 10 * Hour, 14 * Hour, 0), new(1, 1, 2, 11 * Hour, 11 * Hour, 0), new(4, 4, 3, 0, 0, 0)]), TimeSpan.FromHours(1));
        long[] numbers =
        [
            periods.Take(0, 5, 10 * Hour), periods.Take(0, 6, (11 * Hour) - 1), periods.Take(0, 7, 11 * Hour), periods.Take(0, 8, 14 * Hour),
            periods.Take(1, 1, 11 * Hour), periods.Take(1, 2, 11 * Hour),
        ];
        Assert.Equal([1, 1, 2, 5, 2, 2], numbers);
        Assert.Equal(
            [(1, 10 * Hour, "4 0 3"), (2, 11 * Hour, "6 0 3"), (5, 14 * Hour, "7 2 3")],
            periods.All(nowMs: 99).Select(period => (period.Number, period.StartedAtMs, string.Join(' ', period.Heads))));
        // A look-up finds the table into which the event was put.
        var map = new PeriodMap([.. periods.All(nowMs: 99)], 1);
        Assert.Equal([1L, 1, 2, 5], Enumerable.Range(5, 4).Select(sequence => map.Of(new(0), sequence)!.Number));
        Assert.Null(map.Of(new(0), 4));
    }

    [Fact]
    public void However_far_back_it_reaches_there_are_about_a_hundred_at_most()
    {
        var periods = new MovedPeriods(new StoreShape(1, 2, [new(1, 1, 100_000, 0, 100_000 * Hour, 0)]), TimeSpan.FromHours(1));
        for (var sequence = 1; sequence <= 100_000; sequence++)
            periods.Take(0, sequence, sequence * Hour);
        Assert.InRange(periods.All(0).Count(), 95, 101);
    }

    [Fact]
    public void A_time_that_falls_does_not_lead_back_to_an_earlier_table()
    {
        var periods = new MovedPeriods(new StoreShape(1, 2, [new(1, 1, 2, 0, 5 * Hour, 0)]), TimeSpan.FromHours(1));
        Assert.Equal(6, periods.Take(0, 1, 5 * Hour));
        Assert.Equal(6, periods.Take(0, 2, 0));
    }

    [Fact]
    public void A_store_without_events_has_one()
    {
        var periods = new MovedPeriods(new StoreShape(1, 2, [new(8, 8, 7, 0, 0, 0)]), TimeSpan.FromHours(1));
        Assert.Equal([(1, 99, "7")], periods.All(nowMs: 99).Select(period => (period.Number, period.StartedAtMs, string.Join(' ', period.Heads))));
    }
}
