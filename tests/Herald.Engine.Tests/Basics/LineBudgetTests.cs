using Herald.Engine.Basics;
using Herald.TestKit.Time;
using Xunit;

namespace Herald.Engine.Tests.Basics;

public sealed class LineBudgetTests
{
    [Fact]
    public void A_minute_has_so_many_lines_and_the_next_one_counts_those_that_were_left_out()
    {
        var clock = new ManualClock();
        var lines = new LineBudget(clock);
        for (var n = 0; n < LineBudget.MostLines; n++)
            Assert.True(lines.TryTake(out _));
        Assert.False(lines.TryTake(out _));
        Assert.False(lines.TryTake(out _));

        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.True(lines.TryTake(out var leftOut));
        Assert.Equal(2, leftOut);
        Assert.True(lines.TryTake(out leftOut));
        Assert.Equal(0, leftOut);
    }
}
