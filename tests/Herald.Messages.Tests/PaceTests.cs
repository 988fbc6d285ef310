using Herald.Messages.Providers;
using Herald.TestKit.Time;

namespace Herald.Messages.Tests;

public sealed class PaceTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void Without_a_rate_every_turn_is_now()
    {
        var pace = new Pace(null, _clock);
        Assert.All(Enumerable.Range(0, 1000), _ => Assert.Equal((TimeSpan.Zero, true), pace.Take(TimeSpan.Zero)));
    }

    [Fact]
    public void In_any_time_there_are_at_most_as_many_turns_as_the_rate_allows()
    {
        var pace = new Pace(20, _clock);
        var turns = new List<TimeSpan>();
        var random = new Random(3);
        var passed = TimeSpan.Zero;
        for (var n = 0; n < 2000; n++)
        {
            var (wait, isTaken) = pace.Take(TimeSpan.FromSeconds(1));
            if (isTaken)
                turns.Add(passed + wait);
            var step = TimeSpan.FromMilliseconds(random.Next(60));
            _clock.Advance(step);
            passed += step;
        }

        Assert.True(turns.Count >= 18 * passed.TotalSeconds, $"{turns.Count} in {passed}");
        for (var n = 0; n + 21 < turns.Count; n++)
            Assert.True(turns[n + 21] - turns[n] >= TimeSpan.FromSeconds(0.95), $"turns {n} to {n + 21} are too near");
    }

    [Fact]
    public void A_turn_that_would_come_too_late_is_not_taken()
    {
        var pace = new Pace(1, _clock);
        Assert.Equal((TimeSpan.Zero, true), pace.Take(TimeSpan.FromSeconds(5)));
        Assert.Equal((TimeSpan.FromSeconds(1), true), pace.Take(TimeSpan.FromSeconds(5)));
        Assert.Equal((TimeSpan.FromSeconds(2), false), pace.Take(TimeSpan.FromSeconds(1)));
        Assert.Equal((TimeSpan.FromSeconds(2), true), pace.Take(TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public void A_pause_holds_every_turn_and_a_shorter_one_does_not_end_it()
    {
        var pace = new Pace(null, _clock);
        pace.Pause(TimeSpan.FromSeconds(30));
        pace.Pause(TimeSpan.FromSeconds(5));
        Assert.Equal((TimeSpan.FromSeconds(30), false), pace.Take(TimeSpan.FromMinutes(5)));
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal((TimeSpan.Zero, true), pace.Take(TimeSpan.Zero));
    }
}
