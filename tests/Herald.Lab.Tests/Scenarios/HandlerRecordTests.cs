using Herald.Lab.Catchers;
using Herald.Lab.Scenarios;
using Xunit;

namespace Herald.Lab.Tests.Scenarios;

public sealed class HandlerRecordTests
{
    // In seconds: warm-up until 5, "before" until 15, "hell" until 25, "after" until 35.
    private static readonly PhasePlan Plan = new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10));
    private static readonly PlannedAnswer Well = new(Mode.None, false, TimeSpan.Zero), Failure = new(Mode.Hell, true, TimeSpan.Zero);
    private readonly HandlerRecord _record = new(HandlerRole.All[2], Plan, TimeSpan.FromSeconds(1.5));

    [Theory]
    [InlineData(4.9, "WarmUp")]
    [InlineData(5, "Before")]
    [InlineData(14.9, "Before")]
    [InlineData(15, "Hell")]
    [InlineData(25, "After")]
    [InlineData(99, "After")]
    public void Phases_follow_one_another(double at, string phase) => Assert.Equal(phase, Plan.At(TimeSpan.FromSeconds(at)).ToString());

    [Fact]
    public void A_lag_belongs_to_the_phase_in_which_the_event_occurred_and_a_delivery_to_the_one_in_which_it_was_made()
    {
        Answer(Well, occurred: 14, now: 16);
        var phases = _record.Figures(0).Phases;
        Assert.Equal(TimeSpan.FromSeconds(2), phases[Phase.Before].Lag(0.5));
        Assert.Null(phases[Phase.Hell].Lag(0.5));
        Assert.Equal((0, 1), (phases[Phase.Before].Delivered, phases[Phase.Hell].Delivered));
    }

    [Fact]
    public void Failures_and_retries_are_counted_where_they_happen()
    {
        Answer(Failure, occurred: 14, now: 16);
        Answer(Failure, occurred: 14, now: 17, attempt: 2);
        Answer(Well, occurred: 14, now: 26, attempt: 3);
        var phases = _record.Figures(0).Phases;
        Assert.Equal((2, 1), (phases[Phase.Hell].Failed, phases[Phase.Hell].Retries));
        Assert.Equal((0, 1, 1), (phases[Phase.After].Failed, phases[Phase.After].Retries, phases[Phase.After].Delivered));
    }

    [Theory]
    [InlineData(14.9, 0)]
    [InlineData(16.4, 0)]
    [InlineData(16.6, 1)]
    [InlineData(24.9, 1)]
    [InlineData(25.1, 0)]
    public void An_answer_of_what_had_arrived_before_hell_is_none_of_hell(double now, long counted)
    {
        Answer(Well, occurred: 14, now);
        Assert.Equal(counted, _record.Figures(0).DeliveredInHell);
    }

    [Fact]
    public void It_has_caught_up_when_the_last_of_hell_is_delivered()
    {
        foreach (var occurred in new[] { 14.0, 24, 26 })
            _record.Published(TimeSpan.FromSeconds(occurred));
        Answer(Well, occurred: 26, now: 26.1);
        Answer(Well, occurred: 14, now: 27);
        Assert.Null(_record.Figures(0).CaughtUpAt);
        Answer(Well, occurred: 24, now: 28);
        Assert.Equal(TimeSpan.FromSeconds(28), _record.Figures(0).CaughtUpAt);
    }

    [Fact]
    public void Percentiles_are_what_a_share_did_not_exceed()
    {
        foreach (var i in Enumerable.Range(1, 100).Reverse())
            Answer(Well, occurred: 6, now: 6 + (i * 0.001));
        var before = _record.Figures(0).Phases[Phase.Before];
        Assert.Equal([50, 95, 99, 100], new[] { 0.50, 0.95, 0.99, 1 }.Select(share => (int)Math.Round(before.Lag(share)!.Value.TotalMilliseconds)));
    }

    [Fact]
    public void The_time_before_hell_has_four_quarters_by_when_events_occurred()
    {
        Answer(Well, occurred: 5, now: 6);
        Answer(Well, occurred: 7.5, now: 9);
        Answer(Well, occurred: 9.9, now: 11.9);
        Answer(Well, occurred: 10, now: 11);
        Assert.Null(_record.Figures(0).CalmRange(0.5));
        Answer(Well, occurred: 14.9, now: 17.9);
        Answer(Well, occurred: 16, now: 25);
        var figures = _record.Figures(0);
        Assert.Equal([1, 2, 1, 3], figures.CalmQuarters.Select(quarter => quarter.At(1)!.Value.TotalSeconds));
        Assert.Equal((TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3)), figures.CalmRange(1));
    }

    private void Answer(PlannedAnswer answer, double occurred, double now, int attempt = 1) =>
        _record.Answered(answer, attempt, isFirst: !answer.Fails, TimeSpan.FromSeconds(occurred), TimeSpan.FromSeconds(now));
}
