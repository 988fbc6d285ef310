using Herald.Messages.Providers;

namespace Herald.Messages.Tests;

public sealed class PaceTests
{
    private const long Second = TimeSpan.TicksPerSecond;

    [Fact]
    public void Without_a_rate_every_turn_is_now()
    {
        var pace = new Pace(null);
        Assert.All(Enumerable.Range(0, 1000), _ => Assert.True(pace.TryTake(0)));
        Assert.Equal(TimeSpan.Zero, pace.WaitFor(1000, 0));
    }

    [Fact]
    public void In_any_time_there_are_at_most_as_many_turns_as_the_rate_allows()
    {
        var pace = new Pace(20);
        var (turns, random, now) = (new List<long>(), new Random(3), 0L);
        for (var n = 0; n < 20_000; n++)
        {
            if (pace.TryTake(now))
                turns.Add(now);
            now += random.Next((int)(Second / 100));
        }

        Assert.True(turns.Count >= 18 * (now / Second), $"{turns.Count} in {now / Second} s");
        for (var n = 0; n + 21 < turns.Count; n++)
            Assert.True(turns[n + 21] - turns[n] >= 0.95 * Second, $"turns {n} to {n + 21} are too near");
    }

    [Fact]
    public void A_turn_comes_after_those_before_it()
    {
        var pace = new Pace(1);
        Assert.True(pace.TryTake(0));
        Assert.False(pace.TryTake(Second - 1));
        Assert.Equal(TimeSpan.FromSeconds(0.5), pace.WaitFor(0, Second / 2));
        Assert.Equal(TimeSpan.FromSeconds(3.5), pace.WaitFor(3, Second / 2));
        Assert.True(pace.TryTake(Second));
    }
}
